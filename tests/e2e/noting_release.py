"""A `release` that notes how it was called and answers with fixed outputs: ``FAILS=command:code`` makes one refuse."""

import json
import os
import sys
import time
from pathlib import Path

DIGESTS = "export=sha256:" + "a" * 64
OUTPUTS = {
    "plan": {"release": "true", "version": "1.4.0-rc.7", "tag": "v1.4.0"},
    "build": {"digests": DIGESTS, "built": "export"},
    "check-tag": {"version": "1.4.0"},
    "promote": {"digests": DIGESTS},
}


def write(variable: str, text: str) -> None:
    with Path(os.environ[variable]).open("a") as sink:
        sink.write(text)


def environments(arguments: list[str]) -> str:
    known = {"merge": os.environ.get("MERGE", "staging").split(), "tag": ["production"]}
    return json.dumps(known[arguments[-1]] if "--on" in arguments else ["staging", "production"])


def main() -> int:
    began = time.monotonic()
    command = sys.argv[1]
    failing, _, code = os.environ["FAILS"].partition(":")
    environment = dict(os.environ)
    dist = Path("dist")
    if command == "build":
        dist.mkdir()
        (dist / "export.oci").mkdir()
        (dist / "export.oci" / "index.json").write_text("the image")
        (dist / "export.scan.json").write_text("{}")
        environment["EARLIER"] = " ".join(path.name for path in Path(environment["RELEASE_ARCHIVES"]).glob("*"))
        Path(environment["RELEASE_ARCHIVES"]).mkdir(exist_ok=True)
        (Path(environment["RELEASE_ARCHIVES"]) / "export.oci").mkdir(exist_ok=True)
        (Path(environment["RELEASE_ARCHIVES"]) / "export.oci" / "index.json").write_text("the image")
        if to := environment.get("RELEASE_BUILD_CACHE_TO"):
            place = Path(to.split("dest=")[1].split(",")[0].replace("{image}", "export"))
            place.mkdir(parents=True)
            (place / "index.json").write_text("{}")
    if command == "promote":
        dist.mkdir()
        (dist / "export.cdx.json").write_text("{}")
    if command == "publish":
        environment["ARCHIVE"] = (dist / "export.oci" / "index.json").read_text()
    if command == "changelog":
        print("the notes of", sys.argv[-1])
    if command == "deploy":
        time.sleep(0.3)
    note = {"arguments": sys.argv[1:], "environment": environment, "began": began, "ended": time.monotonic()}
    write("NOTES", json.dumps(note) + "\n")
    if command == failing:
        print(f"::error::{command} refused")
        write("GITHUB_STEP_SUMMARY", f"{command} refused\n")
        return int(code)
    write("GITHUB_STEP_SUMMARY", f"released 1.4.0-rc.7 by {command}\n")
    outputs = OUTPUTS.get(command, {})
    if command == "environments":
        outputs = {"environments": environments(sys.argv[1:])}
    write("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))
    return 0


sys.exit(main())

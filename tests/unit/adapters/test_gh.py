"""gh as the Forge port: what it is asked, and what its answers mean. The program is a script on PATH."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.adapters.gh import GitHubProgram
from release.errors import MachineError, RemoteError

#: gh's manual: "gh auth status" ends with 1 when nobody is signed in; "gh api" writes the answer to standard output,
#: and for a status above 299 ends with 1 and says ``gh: Not Found (HTTP 404)``.
SCRIPT = """\
#!/bin/sh
echo "$*" >> "$HERE/asked"
[ "$1 $2" = "auth status" ] && exit "$SIGNED_OUT"
for last; do :; done
case "$last" in
  repos/acme/orders) cat "$HERE/answer" ;;
  repos/acme/odd) echo 'no json' ;;
  repos/acme/secret) echo 'gh: Resource not accessible by integration (HTTP 403)' >&2; exit 1 ;;
  *) echo '{"message":"Not Found","status":"404"}'; echo 'gh: Not Found (HTTP 404)' >&2; exit 1 ;;
esac
"""


def program(folder: Path, signed_out: str = "0") -> GitHubProgram:
    script = folder / "gh"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    (folder / "answer").write_text(json.dumps({"default_branch": "main"}))
    return GitHubProgram({"PATH": f"{folder}:/usr/bin:/bin", "HERE": str(folder), "SIGNED_OUT": signed_out})


def test_an_answer_is_json_and_nothing_but_get_is_asked(tmp_path: Path) -> None:
    gh = program(tmp_path)
    assert gh.get("repos/acme/orders") == {"default_branch": "main"}
    assert gh.get("repos/acme/nowhere") is None
    signed, *asked = (tmp_path / "asked").read_text().splitlines()
    assert signed == "auth status"
    assert len(asked) == 2
    assert all(each.startswith("api --method GET -H X-GitHub-Api-Version: 2022-11-28 repos/") for each in asked)


def test_who_is_not_signed_in_is_told_how(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="not signed in") as refused:
        program(tmp_path, "1").get("repos/acme/orders")
    assert refused.value.next_step == "gh auth login"
    with pytest.raises(MachineError, match="gh is not on this machine"):
        GitHubProgram({"PATH": str(tmp_path / "nowhere")}).get("repos/acme/orders")


def test_a_refusal_is_githubs_own_words(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=r"Resource not accessible by integration \(HTTP 403\)"):
        program(tmp_path).get("repos/acme/secret")
    with pytest.raises(RemoteError, match="no JSON"):
        program(tmp_path).get("repos/acme/odd")

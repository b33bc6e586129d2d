"""Changes that are made up for an application of which nothing is said."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from rehearsal.story import madeup
from rehearsal.story.madeup import AppUnderRehearsal
from release.errors import UsageError
from release.settings.config import Config, parse
from release.settings.functionenv import StartSettings

SETTINGS = """\
[project]
name = "shop"
[registry]
region = "eu-west-1"
[gate]
block = ["HIGH"]
[environments.test]
stack = "shop-test"
region = "eu-west-1"
[environments.live]
stack = "shop-live"
region = "eu-west-1"
proven-in = "test"
"""


def image(name: str, *inputs: str, **more: str) -> str:
    listed = ", ".join(f'"{each}"' for each in inputs)
    keys = {"repository": f"shop/{name}", "dockerfile": "Dockerfile", "parameter": f"{name.title()}Uri", **more}
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f"[images.{name}]\ninputs = [{listed}]\n{lines}"


def application(
    tmp_path: Path, images: str, files: dict[str, str], *, command: tuple[str, ...] = ()
) -> AppUnderRehearsal:
    files = {"release.toml": SETTINGS + images, **files}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        with (tmp_path / path).open("w", newline="") as opened:
            opened.write(text)
    config: Config = parse(SETTINGS + images)
    functions = {name: [StartSettings(f"{name.title()}Function", command=command)] for name in config.images}
    return AppUnderRehearsal(config, tmp_path, sorted(files), functions)


PYTHON = 'FROM base\nCOPY a /var/task/\nCMD ["app.handler"]\n'
TWO = image("a", "a", "shared", dockerfile="a/Dockerfile") + image("b", "b", "shared", dockerfile="b/Dockerfile")
FILES = {
    "a/Dockerfile": PYTHON,
    "a/aaa.py": "x = 1\n",
    "a/app.py": "def handler(event, context):\n    return 1\n",
    "a/tests/test_app.py": "",
    "b/Dockerfile": PYTHON,
    "b/app.py": "handler = 1\n",
    "shared/aa.py": "",
}


def test_a_comment_goes_into_the_handlers_file_of_one_image(tmp_path: Path) -> None:
    change = madeup.change(application(tmp_path, TWO, FILES), 2)
    assert dict(change.files) == {
        "a/app.py": "def handler(event, context):\n    return 1\n\n\n# edition 2, of the rehearsal\n"
    }
    assert change.images == {"a"}


def test_without_a_handler_any_code_that_one_image_has_will_do_but_no_tests(tmp_path: Path) -> None:
    files = {**FILES, "a/Dockerfile": "FROM base\n", "b/Dockerfile": "FROM base\n"}
    assert list(madeup.change(application(tmp_path, TWO, files), 2).files) == ["a/aaa.py"]


def test_where_all_code_is_shared_or_compiled_a_label_is_written_into_the_images_stage(tmp_path: Path) -> None:
    dockerfile = 'FROM go AS build\nRUN x\nFROM scratch AS a\nCOPY --from=build /a /\n\nFROM scratch AS b\nCMD ["b"]'
    images = image("a", ".", target="a") + image("b", ".", target="b")
    app = application(tmp_path, images, {"Dockerfile": dockerfile, "main.go": "", "tool.py": ""})
    change = madeup.change(app, 3)
    labelled = 'COPY --from=build /a /\n\nLABEL rehearsal.edition="3"\nFROM scratch AS b'
    assert labelled in change.files["Dockerfile"]
    assert change.images == {"a", "b"}  # the file is an input of both


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    files = {**FILES, "a/app.py": "def handler(e, c):\r\n    return 1\r\n"}
    app = application(tmp_path, TWO, files)
    assert madeup.change(app, 2).files["a/app.py"].endswith("return 1\r\n\r\n\r\n# edition 2, of the rehearsal\r\n")
    assert "\n" not in madeup.break_first(app, "test").files["a/app.py"].replace("\r\n", "")


def test_the_handler_raises_and_a_smoke_test_of_that_environment_calls_it(tmp_path: Path) -> None:
    change = madeup.break_first(application(tmp_path, TWO, FILES), "test")
    names: dict[str, object] = {}
    exec(change.files["a/app.py"], names)  # what Python would load
    with pytest.raises(RuntimeError, match="on purpose"):
        names["handler"]({}, None)  # type: ignore[operator]
    (test,) = tomllib.loads(change.files["release.toml"])["smoke"]
    assert test["environments"] == ["test"]
    assert test["steps"] == [{"invoke": "AFunction"}]
    assert parse(change.files["release.toml"]).smoke[0].steps[0].action == "invoke"


def test_where_the_teams_own_tests_would_find_it_first_only_a_smoke_test_must_fail(tmp_path: Path) -> None:
    change = madeup.break_first(application(tmp_path, TWO + '[checks]\ntest = "make test"\n', FILES), "test")
    assert list(change.files) == ["release.toml"]
    assert parse(change.files["release.toml"]).smoke[0].environments == ("test",)


def test_the_templates_command_wins_over_the_images(tmp_path: Path) -> None:
    app = application(tmp_path, TWO, FILES, command=("aaa.main",))
    assert "def main(" in madeup.break_first(app, "test").files["a/aaa.py"]


def test_a_handler_that_may_be_in_two_files_is_not_guessed(tmp_path: Path) -> None:
    files = {**FILES, "a/old/app.py": "", "b/old/app.py": ""}
    change = madeup.break_first(application(tmp_path, TWO, files), "test")
    assert list(change.files) == ["release.toml"]
    (step,) = parse(change.files["release.toml"]).smoke[0].steps
    assert (step.action, step.within) == ("object", 0)


def test_smoke_tests_that_are_there_already_stay(tmp_path: Path) -> None:
    images = TWO + '[[smoke]]\nname = "x"\n[[smoke.steps]]\nget = "/"\n'
    change = madeup.must_fail(application(tmp_path, images, FILES), "live")
    assert [(test.name, test.environments) for test in parse(change.files["release.toml"]).smoke] == [
        ("x", ("test", "live")),
        ("rehearsed: what live cannot have", ("live",)),
    ]


def test_smoke_tests_in_another_form_of_toml_are_refused_with_what_to_write(tmp_path: Path) -> None:
    inline = {"release.toml": 'smoke = [{ name = "x", steps = [{ get = "/" }] }]\n'}
    app = application(tmp_path, TWO, FILES)
    (tmp_path / "release.toml").write_text(inline["release.toml"])
    with pytest.raises(UsageError, match=r"no smoke test can be added") as refusal:
        madeup.must_fail(app, "live")
    assert "rehearsal.break-last" in refusal.value.next_step


def test_an_image_that_cannot_start_names_a_module_that_is_not_there(tmp_path: Path) -> None:
    change = madeup.cannot_start(application(tmp_path, TWO, FILES))
    assert change is not None
    assert change.files["a/Dockerfile"] == PYTHON + 'CMD ["no_such_module.handler"]\n'
    other = madeup.cannot_start(application(tmp_path, TWO, FILES, command=("app.handler",)))
    assert other is not None
    assert other.files["a/Dockerfile"].endswith('ENTRYPOINT ["/no-such-program"]\n')


def test_where_no_image_is_started_nothing_is_made_up(tmp_path: Path) -> None:
    images = image("a", "a", dockerfile="a/Dockerfile") + 'start = false\nstart-reason = "needs a card"\n'
    assert madeup.cannot_start(application(tmp_path, images, FILES)) is None


def test_the_command_of_a_stage_that_is_built_on_counts(tmp_path: Path) -> None:
    dockerfile = 'FROM base AS common\nCMD ["app.handler"]\nFROM common AS a\nENV X=1\nFROM other\nCMD ["z.z"]\n'
    app = application(
        tmp_path, image("a", "a", dockerfile="a/Dockerfile", target="a"), {**FILES, "a/Dockerfile": dockerfile}
    )
    found = app.handler("a")
    assert found is not None
    assert (found.file, found.name) == ("a/app.py", "handler")

"""What release.toml says about images: paths, stage, base, platform, arguments, secrets; each mistake by its line."""

from __future__ import annotations

import re

import pytest

from release.errors import UsageError
from release.settings.config import parse
from release.settings.images import ImageSpec

DIGEST = "sha256:" + "a" * 64
BASE = f"public.ecr.aws/lambda/python:3.13@{DIGEST}"
LEAST = f"""\
[project]
name = "app"
[build]
base = "{BASE}"
[registry]
region = "eu-west-1"
[images.api]
repository = "app/api"
context = "app"
dockerfile = "app/Dockerfile"
inputs = ["app"]
parameter = "ImageUri"
function = "ApiFunctionName"
[environments.staging]
stack = "app-staging"
region = "eu-west-1"
"""


def api(old: str = "", new: str = "") -> ImageSpec:
    """The image, one line of the file changed."""
    assert old in LEAST
    return parse(LEAST.replace(old, new, 1)).images["api"]


def test_the_whole_context_is_an_input_with_and_without_a_slash() -> None:
    plain = api()
    assert plain.inputs == ("app",)
    assert api('context = "app"', 'context = "app/"') == plain
    assert api('inputs = ["app"]', 'inputs = ["app/"]') == plain
    assert api('context = "app"', 'context = "."').inputs == ("app",)
    assert api('context = "app"\n', "").context == "."


def test_the_repository_itself_is_context_and_input() -> None:
    text = LEAST.replace('context = "app"', 'context = "."').replace('inputs = ["app"]', 'inputs = ["."]')
    assert parse(text).images["api"].inputs == (".",)


def test_without_a_target_it_is_the_last_stage() -> None:
    assert api().target == ""
    assert api("parameter", 'target = "x"\nparameter').target == "x"


def test_base_and_platform_are_those_of_build_unless_the_image_has_its_own() -> None:
    assert (api().base, api().platform) == (BASE, "linux/amd64")
    own = f'base = "node:22@{DIGEST}"\nplatform = "linux/arm64"\nparameter'
    assert (api("parameter", own).base, api("parameter", own).platform) == (f"node:22@{DIGEST}", "linux/arm64")
    assert api("[registry]", 'platform = "linux/arm64"\n[registry]').platform == "linux/arm64"
    assert api(f'base = "{BASE}"\n', "").base == ""
    assert api(f'[build]\nbase = "{BASE}"\n', "").platform == "linux/amd64"


def test_arguments_are_texts_and_secrets_say_where_they_are() -> None:
    table = 'args = { A = "x", N = 22, D = false }\nsecrets = { npmrc = "env:NPM_TOKEN", pip = "file:~/x" }\nparameter'
    image = api("parameter", table)
    assert image.args == {"A": "x", "N": "22", "D": "false"}
    assert image.secrets == {"npmrc": "env:NPM_TOKEN", "pip": "file:~/x"}
    assert (api().args, api().secrets) == ({}, {})


def test_pinned_is_for_the_whole_file_and_off_by_default() -> None:
    assert parse(LEAST).pinned is False
    assert parse(LEAST.replace("[registry]", "pinned = true\n[registry]")).pinned is True


MISTAKES = {
    "a sibling with the same beginning": ('["app"]', '["app", "app-b"]', "names 'app-b', which is outside"),
    "the folder above": ('["app"]', '["."]', "names '.', which is outside the context 'app'"),
    "a Dockerfile outside": ('"app/Dockerfile"', '"Dockerfile"', "names 'Dockerfile', which is outside"),
    "a Dockerfile that is no input": ('["app"]', '["app/src"]', "lacks the Dockerfile itself (app/Dockerfile)"),
    "a base by tag": ("parameter", 'base = "node:22"\nparameter', "images.api.base must name the base image by digest"),
    "an unknown platform": ("parameter", 'platform = "linux/s390x"\nparameter', "images.api.platform must be one of"),
    "an argument's name": ("parameter", 'args = { "A-B" = "x" }\nparameter', "A-B is no name for a build argument"),
    "an argument's value": ("parameter", "args = { A = 1.5 }\nparameter", "args.A must be"),
    "the base twice": ("parameter", 'args = { BASE_IMAGE = "x" }\nparameter', "gives BASE_IMAGE another value"),
    "a secret's name": ("parameter", 'secrets = { "a,b" = "env:A" }\nparameter', "a,b is no name for a build secret"),
    "a secret itself": ("parameter", 'secrets = { a = "s3cr3t" }\nparameter', "must name where the secret is"),
    "a secret of a wrong variable": ("parameter", 'secrets = { a = "env:A B" }\nparameter', "must name where"),
    "pinned as a text": ("[registry]", 'pinned = "yes"\n[registry]', "build.pinned must be true or false"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_refused_with_its_line(case: str) -> None:
    old, new, words = MISTAKES[case]
    with pytest.raises(UsageError, match=re.escape(words)) as caught:
        api(old, new)
    assert re.match(r"release\.toml, line \d+: ", caught.value.message), caught.value.message


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("start = false", "is false without a reason"),
        ('start-reason = "needs a GPU"', "write start = false as well"),
        ('max-init = "soon"', 'must be a time like "3 s"'),
        ('max-memory = "3 s"', 'must be a size like "256 MB"'),
        ("start-env = { A-B = 'x' }", "is no name for an environment variable"),
    ],
)
def test_a_mistake_about_the_start_is_told(keys: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        api('parameter = "ImageUri"', f'parameter = "ImageUri"\n{keys}')


def test_the_budgets_of_the_start_are_seconds_and_bytes() -> None:
    keys = 'max-init = "2.5 s"\nmax-memory = "256 MB"\nstart-env = { TABLE = "members" }'
    rules = api('parameter = "ImageUri"', f'parameter = "ImageUri"\n{keys}').start
    assert (rules.wanted, rules.max_init, rules.max_memory, rules.env) == (True, 2.5, 256e6, {"TABLE": "members"})

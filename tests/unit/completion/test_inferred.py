"""Images that only the template describes are written into release.toml's text, with what their builds read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from release.completion.inferred import with_images
from release.errors import NotFoundError, UsageError
from release.settings import config as config_file
from release.settings.config import Config
from tests.support.templates import METADATA

SETTINGS = """\
[project]
name = "app"
[environments.staging]
stack = "app-staging"
region = "eu-west-1"
"""
DOCKERFILE = """\
FROM python:3.13 AS base
COPY requirements.txt ./
FROM base AS train
COPY train.py ./
FROM base AS serve
COPY --from=train /x /x
COPY ["app.py", "models/*.json", "./"]
RUN --mount=type=bind,source=tools/make.sh,target=/m /m
"""


def reader(**files: str) -> Callable[[str], bytes]:
    there = {name.replace("__", "/"): text for name, text in files.items()}

    def read(path: str) -> bytes:
        if path not in there:
            raise NotFoundError(path)
        return there[path].encode()

    return read


def config(settings: str = SETTINGS, template: str = METADATA, dockerfile: str = DOCKERFILE) -> Config:
    files = {"template.yaml": template, "detect/Dockerfile": dockerfile, "detect/.dockerignore": "*.md"}
    return config_file.parse(with_images(settings, reader(**files)))


def test_a_release_toml_without_images_has_those_that_sam_would_build() -> None:
    (found,) = config().images.values()
    assert (found.name, found.repository, found.parameter) == ("detect", "app/detect", "DetectImageUri")
    assert (found.dockerfile, found.context, found.target) == ("detect/Dockerfile", "detect", "serve")
    assert found.args == {"FLAVOUR": "small"}


@pytest.mark.parametrize(
    ("function", "image"),
    [
        ("DetectLambdaFunction", "detect"),
        ("DjlObjectDetectionInferenceFunction", "djl-object-detection"),
        ("SupercalifragilisticexpialidociousFunction", "supercalifragilisticexpialid"),
        ("Function", "function"),
    ],
)
def test_an_image_is_called_after_its_first_function_in_whole_words(function: str, image: str) -> None:
    (found,) = config(template=METADATA.replace("DetectFunction", function)).images.values()
    assert found.name == image


def test_the_registry_is_in_the_region_of_the_first_environment() -> None:
    assert config().registry_region == "eu-west-1"


def test_the_inputs_are_what_the_dockerfile_reads_for_its_target() -> None:
    (found,) = config().images.values()
    assert found.inputs == (
        "detect/Dockerfile",
        "detect/app.py",
        "detect/models",
        "detect/requirements.txt",
        "detect/tools/make.sh",
        "detect/train.py",
    )
    alone = DOCKERFILE.replace("COPY --from=train /x /x\n", "")
    assert "detect/train.py" not in next(iter(config(dockerfile=alone).images.values())).inputs


@pytest.mark.parametrize("line", ["COPY . .", "COPY $WHAT ./", "ADD ./ /x", "RUN --mount=type=bind,target=/m true"])
def test_what_cannot_be_told_is_the_whole_context(line: str) -> None:
    (found,) = config(dockerfile=f"{DOCKERFILE}{line}\n").images.values()
    assert found.inputs == ("detect",)


SECOND = """\
  SecondFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageConfig: {Command: [app.second]}}
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: detect/
      DockerBuildTarget: serve
      DockerBuildArgs: {FLAVOUR: small}
"""


def test_functions_that_one_build_makes_share_an_image() -> None:
    assert list(config(template=METADATA + SECOND).images) == ["detect"]
    other = config(template=METADATA + SECOND.replace("small", "large")).images
    assert {name: dict(each.args) for name, each in other.items()} == {
        "detect": {"FLAVOUR": "small"},
        "second": {"FLAVOUR": "large"},
    }


IMAGE = """
[images.mine]
repository = "elsewhere"
dockerfile = "detect/Dockerfile"
context = "detect"
target = "serve"
args = { FLAVOUR = "small" }
inputs = ["detect"]
parameter = "Mine"
"""


def test_an_image_that_release_toml_names_wins() -> None:
    assert list(config(SETTINGS + IMAGE).images) == ["mine"]
    assert list(config(SETTINGS + IMAGE.replace("small", "large")).images) == ["mine", "detect"]


def test_what_stands_in_release_toml_stands_there_still() -> None:
    files = {"template.yaml": METADATA, "detect/Dockerfile": DOCKERFILE}
    assert with_images(SETTINGS, reader(**files)).startswith(SETTINGS)
    nothing = {"template.yaml": METADATA.replace("Docker", "Other")}
    assert with_images(SETTINGS, reader(**nothing)) == SETTINGS


def test_an_arm_function_s_image_is_built_for_arm() -> None:
    text = METADATA.replace("    Timeout: 15 # seconds\n", "    Architectures: [arm64]\n")
    assert {each.platform for each in config(template=text).images.values()} == {"linux/arm64"}


def test_a_dockerfile_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFoundError, match="DetectFunction is built from detect/Dockerfile, which"):
        with_images(SETTINGS, reader(**{"template.yaml": METADATA}))


def test_names_that_would_be_equal_are_told_apart() -> None:
    second = SECOND.replace("SecondFunction", "Detect").replace("small", "large")
    assert list(config(template=METADATA + second).images) == ["detect", "detect-2"]


def test_a_template_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError):
        with_images(SETTINGS, reader(**{"template.yaml": "Dockerfile: [", "x": ""}))


PARTIAL = """
[images.detect]
group = "ai"
max-size = "250 MB"

[images.detect.start-env]
MODEL = "small"
"""


def test_a_table_that_says_nothing_of_the_build_completes_the_image_of_its_name() -> None:
    (found,), (plain,) = config(SETTINGS + PARTIAL).images.values(), config().images.values()
    assert (found.group, found.max_size, dict(found.start.env)) == ("ai", 250_000_000, {"MODEL": "small"})
    assert replace(found, group="", max_size=0, start=plain.start) == plain


@pytest.mark.parametrize(
    "written",
    ['[images.detect]\ngroup = "ai"\n', '[images]\ndetect.group = "ai"\n', "[images]\n[images.detect]\ngroup = 'ai'\n"],
)
def test_it_may_be_written_in_any_way_that_leaves_the_table_open(written: str) -> None:
    assert config(f"{SETTINGS}\n{written}").images["detect"].group == "ai"


def test_a_table_between_braces_takes_nothing_more_and_is_refused_with_what_to_write() -> None:
    with pytest.raises(UsageError, match="between braces") as caught:
        config(f'images = {{ detect = {{ group = "ai" }} }}\n{SETTINGS}')
    assert "[images.detect]" in caught.value.next_step


def test_every_line_of_theirs_stays_where_it_is_so_that_errors_name_it() -> None:
    with pytest.raises(UsageError, match=r"release.toml, line 7: images.detect.grop is not a key"):
        config(SETTINGS + '[images.detect]\ngrop = "ai"\n')


def test_what_the_template_says_may_be_narrowed_and_not_contradicted() -> None:
    text = METADATA.replace("    Timeout: 15 # seconds\n", "    Architectures: [arm64]\n")
    narrowed = f'{SETTINGS}[images.detect]\nrepository = "elsewhere/detect"\ninputs = ["detect"]\n'
    (found,) = config(narrowed, text).images.values()
    assert (found.repository, found.inputs, found.platform) == ("elsewhere/detect", ("detect",), "linux/arm64")
    with pytest.raises(UsageError, match=r"line 7: images.detect.platform is not what the template builds"):
        config(f'{SETTINGS}[images.detect]\nplatform = "linux/amd64"\n', text)


@pytest.mark.parametrize(
    ("template", "there"), [(METADATA, r"\(there: detect\)"), (METADATA.replace("Docker", "Other"), r"\(there: none\)")]
)
def test_a_table_that_completes_nothing_is_refused_with_its_line_and_the_names_there_are(
    template: str, there: str
) -> None:
    with pytest.raises(UsageError, match=r"release.toml, line 6: images.detekt says nothing of how .*" + there):
        config(f'{SETTINGS}[images.detekt]\ngroup = "ai"\n', template)


def test_what_was_completed_is_complete_and_reads_the_same_without_the_template() -> None:
    files = {"template.yaml": METADATA, "detect/Dockerfile": DOCKERFILE}
    once = with_images(SETTINGS + PARTIAL, reader(**files))
    assert once.startswith(SETTINGS + PARTIAL.rstrip())
    assert with_images(once, reader(**files)) == once
    assert config_file.parse_history(once).images == config(SETTINGS + PARTIAL).images
    assert not config_file.parse_history(once).notes


def test_a_table_without_its_dockerfile_alone_is_no_completion() -> None:
    with pytest.raises(UsageError, match=r"images.detect.\w+ is missing"):
        config(f'{SETTINGS}[images.detect]\ncontext = "detect"\n')

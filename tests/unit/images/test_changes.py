"""Rule 10: whatever decides an image's bytes and changes between two commits is seen, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.images.changes import changed_inputs
from release.images.inputs import inputs_hash
from release.settings.config import parse_history
from release.settings.images import ImageSpec
from release.versions import version
from release.versions.changed import Changed
from release.versions.settings import VersionSettings
from tests.fakes.git import FakeGit
from tests.support.world import DOCKERFILE, FILES, RELEASE_TOML

ZERO, ONE = "sha256:" + "0" * 64, "sha256:" + "1" * 64


@pytest.fixture
def git() -> FakeGit:
    """v1.0.0 of two images."""
    git = FakeGit()
    git.commit(FILES)
    git.tag("v1.0.0")
    return git


def images_at(git: FakeGit, commit: str) -> Mapping[str, ImageSpec] | None:
    """As the command reads release.toml."""
    if "release.toml" not in git.commits[commit].files:
        return None
    return parse_history(git.show(commit, "release.toml").decode()).images


def changed(git: FakeGit) -> Mapping[str, Sequence[str]]:
    """What changed since v1.0.0."""
    return changed_inputs(git, partial(images_at, git), git.resolve("v1.0.0"), git.head)


def edit(git: FakeGit, old: str, new: str) -> None:
    """Change release.toml in a commit that asks for nothing."""
    text = git.show(git.head, "release.toml").decode()
    assert old in text
    git.commit({"release.toml": text.replace(old, new).encode()}, "chore: settings")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (ZERO, ONE, "release.toml (base)"),
        ("[registry]", 'platform = "linux/arm64"\n[registry]', "release.toml (platform)"),
        ('parameter = "ImageUri"', 'parameter = "ImageUri"\nargs = { A = "1" }', "release.toml (args)"),
        ('target = "export"', 'target = "report"', "release.toml (target)"),
        ("[registry]", 'reproducible = "rewrite"\n[registry]', "release.toml (reproducible)"),
        ('"function/shared", "function/export"', '"function/export"', "release.toml (inputs)"),
        ('context = "function"\ndocker', 'context = "."\ndocker', "release.toml (context)"),
    ],
)
def test_a_chore_that_changes_what_an_image_is_built_from_releases(git: FakeGit, old: str, new: str, what: str) -> None:
    """docs/architecture.md, rule 10."""
    edit(git, old, new)
    assert changed(git)["export"] == [what]
    answer = version.next_version(
        git, VersionSettings(), changes=lambda *ends: Changed(changed_inputs(git, partial(images_at, git), *ends))
    )
    assert (answer.is_due, str(answer.version)) == (True, "1.0.1")
    assert answer.notes[-1].startswith("at least a patch, because the inputs of export")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('stack = "app-staging"', 'stack = "other-staging"'),
        ('parameter = "ImageUri"', 'parameter = "OtherUri"'),
        ('parameter = "ImageUri"', 'parameter = "ImageUri"\nsecrets = { a = "env:A" }'),
        ('context = "function"', 'context = "function/"'),
        ('repository = "app/export"', 'repository = "app/moved"'),
    ],
)
def test_a_setting_that_reaches_no_image_changes_none(git: FakeGit, old: str, new: str) -> None:
    edit(git, old, new)
    assert changed(git) == {"export": [], "report": []}


def test_a_base_that_the_dockerfile_does_not_take_changes_nothing(git: FakeGit) -> None:
    git.commit({"function/Dockerfile": b"FROM scratch AS export\nFROM scratch AS report\n"})
    git.tag("v1.0.1")
    edit(git, ZERO, ONE)
    images = partial(images_at, git)
    assert changed_inputs(git, images, git.resolve("v1.0.1"), git.head) == {"export": [], "report": []}
    git.commit({"function/Dockerfile": DOCKERFILE.replace("FROM", "FORM").encode()})
    assert changed(git)["export"] == ["function/Dockerfile", "release.toml (base)"], (
        "what is not understood may take it"
    )


def test_paths_count_for_the_images_that_see_them(git: FakeGit) -> None:
    git.commit({"function/export/app.py": b"2", "README.md": b"2"})
    assert changed(git) == {"export": ["function/export/app.py"], "report": []}
    git.commit({"function/shared/http.py": b"2"})
    assert changed(git)["report"] == ["function/shared/http.py"]


def test_an_image_that_was_not_there_before_is_new(git: FakeGit) -> None:
    text = RELEASE_TOML.replace("[environments.staging]", NEW + "[environments.staging]", 1)
    git.commit({"release.toml": text.encode()}, "chore: a third image")
    assert changed(git) == {"export": [], "report": [], "third": ["release.toml (a new image)"]}


NEW = """\
[images.third]
repository = "app/third"
dockerfile = "function/Dockerfile"
inputs = ["function/Dockerfile"]
parameter = "ThirdUri"
function = "Third"
"""


def test_before_the_first_release_every_input_is_new(git: FakeGit) -> None:
    found = changed_inputs(git, partial(images_at, git), "", git.head)
    assert found["export"] == ("function/Dockerfile", "function/shared", "function/export")


def test_a_repository_whose_last_release_had_no_images_releases_them_all(git: FakeGit) -> None:
    git.commit({"release.toml": None})
    git.tag("v1.0.1")
    git.commit({"release.toml": RELEASE_TOML.encode()}, "chore: images")
    found = changed_inputs(git, partial(images_at, git), git.resolve("v1.0.1"), git.head)
    assert found == {name: ["release.toml (a new image)"] for name in ("export", "report")}
    git.commit({"release.toml": None})
    assert changed(git) == {}


VARIATIONS = st.dictionaries(
    st.sampled_from(
        ["platform", "context", "dockerfile", "target", "inputs", "args", "base", "repository", "secrets", "rewrite"]
    ),
    st.integers(0, 1),
)


def spec(values: Mapping[str, int]) -> ImageSpec:
    """An image of which each part has one of two values."""
    of = values.get
    return ImageSpec(
        name="api",
        repository=("a", "b")[of("repository", 0)],
        dockerfile=("app/Dockerfile", "app/Other")[of("dockerfile", 0)],
        context=(".", "app")[of("context", 0)],
        target=("", "x")[of("target", 0)],
        inputs=(("app",), ("app", "app/Other"))[of("inputs", 0)],
        parameter="P",
        platform=("linux/amd64", "linux/arm64")[of("platform", 0)],
        base=("", "b@" + ONE)[of("base", 0)],
        args=({}, {"A": "1"})[of("args", 0)],
        secrets=({}, {"s": "env:S"})[of("secrets", 0)],
        rewrite=bool(of("rewrite", 0)),
    )


@given(VARIATIONS, VARIATIONS, st.booleans())
def test_a_version_sees_a_change_exactly_when_the_inputs_hash_does(
    first: Mapping[str, int], second: Mapping[str, int], code: bool
) -> None:
    """The hash of a build and the eyes of a version must never disagree (rule 10)."""
    git = FakeGit()
    files: dict[str, bytes | None] = dict.fromkeys(
        ("app/Dockerfile", "app/Other"), b"ARG BASE_IMAGE\nARG A\nFROM scratch AS x\n"
    )
    before = git.commit(files | {"release.toml": repr(spec(first)).encode(), "app/code": b"1"})
    after = git.commit({"release.toml": repr(spec(second)).encode(), "app/code": b"2" if code else b"1"})
    specs = {before: spec(first), after: spec(second)}

    def hashed(commit: str) -> str:
        image = specs[commit]
        given = {**({"BASE_IMAGE": image.base} if image.base else {}), **image.args}
        return inputs_hash(image, git.tree_hashes(commit, image.inputs), given, {})

    found = changed_inputs(git, lambda commit: {"api": specs[commit]}, before, after)
    assert bool(found["api"]) == (hashed(before) != hashed(after))

"""The cache folder: what is made once, what is made again, and what two runs do to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.toolbox import COMPLETE, Cache, Toolbox
from release.errors import MachineError


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.mark.parametrize(
    ("env", "root"),
    [
        ({"RELEASE_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/lambda-image-release"),
        ({"HOME": "/c"}, "/c/.cache/lambda-image-release"),
        ({"RELEASE_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/lambda-image-release"),
    ],
)
def test_the_most_specific_variable_decides_the_cache_folder(env: dict[str, str], root: str) -> None:
    assert Cache.of(env).root == Path(root)


def test_a_cache_folder_below_a_file_is_refused_with_the_variable_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError) as refusal:
        Cache(tmp_path / "file").folder("venvs")
    assert "RELEASE_CACHE" in refusal.value.next_step


def test_what_is_complete_is_not_made_again(cache: Cache) -> None:
    made = []

    def make(folder: Path) -> str:
        made.append(folder)
        return f"digest {len(made)}"

    folder = cache.folder("base") / "key"
    assert cache.make_once(folder, make) == "digest 1"
    assert cache.make_once(folder, make) == "digest 1"
    assert made == [folder]


def test_a_half_made_folder_is_emptied_and_made_again(cache: Cache) -> None:
    folder = cache.folder("base", "key")
    (folder / "rubbish").write_text("of a run that was killed")
    seen: list[Path] = []

    def make(new: Path) -> str:
        seen.extend(new.iterdir())
        return "whole"

    assert cache.make_once(folder, make) == "whole"
    assert seen == []
    assert [path.name for path in folder.iterdir()] == [COMPLETE]


def test_a_maker_that_fails_leaves_nothing_that_counts_as_complete(cache: Cache) -> None:
    folder = cache.folder("base") / "key"

    def make(new: Path) -> str:
        (new / "part").write_text("")
        raise OSError(28, "No space left on device")

    with pytest.raises(MachineError, match="No space left on device") as refusal:
        cache.make_once(folder, make)
    assert "free the disk" in refusal.value.next_step
    assert not cache.complete(folder)
    assert cache.make_once(folder, lambda _: "second try") == "second try"


def test_a_lock_that_another_run_holds_is_refused_when_the_wait_is_over(cache: Cache) -> None:
    told: list[str] = []
    with (
        cache.lock("engine"),
        pytest.raises(MachineError, match="another run has held engine"),
        cache.lock("engine", wait=-1, busy=told.append),
    ):
        pytest.fail("two runs hold one lock")
    with cache.lock("engine", wait=-1):
        assert told == []  # refused before there was anything to wait for


def test_locks_of_different_names_do_not_exclude_each_other(cache: Cache) -> None:
    with cache.lock("one"), cache.lock("two", wait=-1):
        assert sorted(path.name for path in cache.folder("locks").iterdir()) == ["one.lock", "two.lock"]


def test_a_lock_is_free_again_after_an_error(cache: Cache) -> None:
    with pytest.raises(ValueError, match="inside"), cache.lock("engine"):
        raise ValueError("inside")
    with cache.lock("engine", wait=-1):
        assert (cache.root / "locks" / "engine.lock").exists()


def test_an_environment_that_is_complete_is_used_as_it_is(cache: Cache, tmp_path: Path) -> None:
    lock_file = tmp_path / "sam.txt"
    lock_file.write_text("aws-sam-cli==1.0\n")
    toolbox = Toolbox(cache, (tmp_path,), pytest.fail)  # progress would mean that it installs
    ready = cache.folder("venvs", f"sam-{toolbox.key(lock_file)}")
    (ready / COMPLETE).write_text("1 s")
    (ready / "bin").mkdir()
    (ready / "bin" / "sam").write_text("#!/bin/sh\n")
    (ready / "bin" / "sam").chmod(0o755)
    assert toolbox.venvs(["sam"])["sam"].tool("sam") == ready / "bin" / "sam"


def test_another_lock_file_is_another_environment(cache: Cache, tmp_path: Path) -> None:
    lock_file = tmp_path / "sam.txt"
    toolbox = Toolbox(cache, (tmp_path,), print)
    lock_file.write_text("aws-sam-cli==1.0\n")
    before = toolbox.key(lock_file)
    lock_file.write_text("aws-sam-cli==1.1\n")
    assert toolbox.key(lock_file) != before


def test_a_missing_lock_file_is_refused(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"no lock file .*nope\.txt"):
        Toolbox(cache, (tmp_path,), print).venv("nope")


def test_a_tool_that_its_environment_lacks_is_refused_with_the_folder_to_remove(cache: Cache, tmp_path: Path) -> None:
    lock_file = tmp_path / "sam.txt"
    lock_file.write_text("")
    toolbox = Toolbox(cache, (tmp_path,), print)
    ready = cache.folder("venvs", f"sam-{toolbox.key(lock_file)}")
    (ready / COMPLETE).write_text("")
    with pytest.raises(MachineError) as refusal:
        toolbox.venv("sam").tool("sam")
    assert str(ready) in refusal.value.next_step

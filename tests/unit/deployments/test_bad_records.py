"""A record that is not what this command wrote: every command refuses it, and nothing has changed (faults.md, 56)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from release.deployments.claims import CLAIM_TYPE
from release.errors import ConflictError, NotFoundError
from release.releases import recording
from release.releases.record import RECORD_TYPE, ReleaseRecord, to_json
from release.releases.stored import Content
from tests.support.commands import fingerprint
from tests.support.rules import check_refusal
from tests.support.world import RELEASES, World

VERSION = "0.2.0-rc.1"


def changed(record: ReleaseRecord, **values: Any) -> bytes:
    return json.dumps(json.loads(to_json(record)) | values).encode()


BAD: Mapping[str, Callable[[ReleaseRecord], Content]] = {
    "an older schema": lambda record: Content(RECORD_TYPE, changed(record, schema=0)),
    "a newer schema": lambda record: Content(RECORD_TYPE, changed(record, schema=2)),
    "no schema": lambda record: Content(RECORD_TYPE, changed(record, schema=None)),
    "truncated": lambda record: Content(RECORD_TYPE, to_json(record)[: len(to_json(record)) // 2]),
    "nothing": lambda record: Content(RECORD_TYPE, b""),  # noqa: ARG005
    "a key of a later command": lambda record: Content(RECORD_TYPE, changed(record, canary=10)),
    "another kind of document": lambda record: Content(CLAIM_TYPE, to_json(record)),
}
COMMANDS: Mapping[str, Callable[[World], object]] = {
    "deploy": lambda world: world.deploy("production", VERSION),
    "rollback": lambda world: world.rollback("production", to=VERSION),
    "promote": lambda world: world.promote("0.2.0"),
    "publish": lambda world: world.publish(VERSION),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("bad", BAD)
def test_a_record_that_this_command_does_not_read_is_refused_before_any_change(
    world: World, command: str, bad: str
) -> None:
    for version in ("0.1.0", VERSION):
        world.change("export", version)
        world.release(version, "staging", "production")
    if command == "rollback":
        world.rollback("production", to="0.1.0")
    digest = world.store.named[RELEASES][VERSION]
    record = recording.by_digest(digest, world.store, RELEASES)
    blobs = world.store.blobs[RELEASES]
    blobs[digest] = blobs[world.store.put(RELEASES, BAD[bad](record))]
    before, done = fingerprint(world), len(world.journal.changes)
    with pytest.raises(ConflictError) as caught:
        COMMANDS[command](world)
    check_refusal(caught.value)
    assert caught.value.next_step
    assert (fingerprint(world), len(world.journal.changes)) == (before, done)


@pytest.mark.parametrize("name", [VERSION, "sha-{commit}"])
def test_a_candidate_s_name_on_the_record_of_another_is_refused(world: World, name: str) -> None:
    """A release version may be a name of any record that was proven; these two can only be one's own."""
    world.release("0.1.0-rc.1", "staging")
    world.change("export", "export = 2")
    world.release(VERSION, "staging")
    name = name.format(commit=world.git.head)
    world.store.named[RELEASES][name] = world.store.named[RELEASES]["0.1.0-rc.1"]
    with pytest.raises(ConflictError, match=r"is the record of v0\.1\.0-rc\.1") as caught:
        recording.recorded(name, world.store, RELEASES)
    assert caught.value.untouched == "everything"


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_record_that_names_an_image_that_is_gone_is_refused_before_any_change(world: World, command: str) -> None:
    for version in ("0.1.0", VERSION):
        world.change("export", version)
        world.release(version, "staging", "production")
    world.rollback("production", to="0.1.0")
    digest = recording.recorded(VERSION, world.store, RELEASES)[1].images["export"].digest
    del world.registry.blobs["app/export"][digest]
    before = fingerprint(world)
    with pytest.raises(NotFoundError, match=r"image export of v0\.2\.0-rc\.1 is gone") as caught:
        COMMANDS[command](world)
    check_refusal(caught.value)
    assert fingerprint(world) == before

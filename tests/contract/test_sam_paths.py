"""What a bundle takes along is what ``sam package`` would: our table and that of the sam that is locked here."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence

import pytest

from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.settings.localfiles import METADATA, NESTED, PATHS

READS = """
import json, sys
from samcli.lib.package.packageable_resources import RESOURCES_EXPORT_LIST
from samcli.lib.utils import resources
json.dump({
    "paths": resources.RESOURCES_WITH_LOCAL_PATHS,
    "metadata": resources.METADATA_WITH_LOCAL_PATHS,
    "images": resources.RESOURCES_WITH_IMAGE_COMPONENT,
    "nested": list(resources.NESTED_STACKS_RESOURCES),
    "exported": sorted({(each.RESOURCE_TYPE, each.PROPERTY_NAME) for each in RESOURCES_EXPORT_LIST}),
}, sys.stdout)
"""
#: sam reads a set's template as it reads a stack's, and takes it along as one file.
SETS = {"AWS::CloudFormation::StackSet"}


@pytest.fixture(scope="module")
def tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """sam's own tables."""
    sam = Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam")
    done = subprocess.run([sam.python, "-c", READS], capture_output=True, text=True, check=True, timeout=120)
    found: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(done.stdout)
    return found


def as_sets(table: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    return {kind: set(keys) for kind, keys in table.items()}


def test_every_property_that_sam_takes_as_a_local_path_is_known(
    tables: Mapping[str, Mapping[str, Sequence[str]]],
) -> None:
    """faults.md, 57: what sam takes and the bundle does not would be missing in every release."""
    assert as_sets(PATHS) == as_sets(tables["paths"])
    assert as_sets(METADATA) == as_sets(tables["metadata"])


def test_every_type_whose_template_sam_reads_in_turn_is_known(
    tables: Mapping[str, Mapping[str, Sequence[str]]],
) -> None:
    assert set(tables["nested"]) | SETS == NESTED


def test_what_sam_exports_is_what_its_tables_say(tables: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    """Otherwise the tables would no longer be what to compare with."""
    known = {(kind, key) for kind, keys in {**PATHS, **METADATA}.items() for key in keys}
    exported = {(each[0], each[1]) for each in tables["exported"]}
    assert exported - {(kind, key) for kind, keys in tables["images"].items() for key in keys} <= known

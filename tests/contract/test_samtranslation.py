"""The Translator port: the translator of the locked sam is the one that the fast tests ask."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from release.adapters.samtranslation import SamTranslator
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.adoption.ports import TranslationJob
from release.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def locked() -> SamTranslator:
    toolbox = Toolbox(Cache.of(os.environ), (LOCKS,), print)
    return SamTranslator(lambda: toolbox.venv("sam").python, dict(os.environ))


def test_the_locked_sam_makes_of_our_template_what_the_fast_tests_see(locked: SamTranslator) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    jobs = [TranslationJob("template.yaml", text, {"DeploymentPreference": each}) for each in ("Disabled", "AllAtOnce")]
    ours = SamTranslator(lambda: Path(sys.executable), dict(os.environ))
    without, shifted = locked.translate(jobs)
    assert [without, shifted] == list(ours.translate(jobs))
    kinds = {each["Type"] for each in shifted["Resources"].values()}
    assert kinds - {each["Type"] for each in without["Resources"].values()} == {
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
    }


def test_the_second_of_two_templates_is_the_one_that_is_refused(locked: SamTranslator) -> None:
    good = "Transform: AWS::Serverless-2016-10-31\nResources: {Topic: {Type: AWS::SNS::Topic}}\n"
    bad = good.replace("{Type: AWS::SNS::Topic}", "{Type: AWS::Serverless::Function, Properties: {X: 1}}")
    with pytest.raises(UsageError, match=r"bad\.yaml cannot be expanded by SAM"):
        locked.translate([TranslationJob("good.yaml", good, {}), TranslationJob("bad.yaml", bad, {})])

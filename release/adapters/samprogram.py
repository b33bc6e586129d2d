"""Runs SAM's translator, in the environment that has it: ``python samprogram.py < jobs.json``; imports nothing of ours.

The input is a list of ``{"text": template, "parameters": {…}}``; so is the output: ``{"template": {…}}`` or
``{"error": "…"}`` for each. The translator is the one that CloudFormation itself runs
(aws/serverless-application-model). It asks AWS nothing: the names of managed policies, which it would look up in IAM,
stay names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

#: Property of a resource type -> what stands in for a file or an image that only a deployment has.
_LOCAL = {
    ("AWS::Serverless::Function", "CodeUri"): "s3://code/code",
    ("AWS::Serverless::LayerVersion", "ContentUri"): "s3://code/code",
    ("AWS::Serverless::Api", "DefinitionUri"): "s3://code/code",
    ("AWS::Serverless::HttpApi", "DefinitionUri"): "s3://code/code",
    ("AWS::Serverless::StateMachine", "DefinitionUri"): "s3://code/code",
    ("AWS::Serverless::GraphQLApi", "SchemaUri"): "s3://code/code",
    ("AWS::Serverless::GraphQLApi", "CodeUri"): "s3://code/code",
    ("AWS::Serverless::Application", "Location"): "https://code.s3.amazonaws.com/code",
}
_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image@sha256:" + "0" * 64


def _parsed(text: str, as_yaml: Callable[[str], Any]) -> Any:
    """The template, as SAM CLI reads it: JSON where it is JSON, which may be indented with tabs, else YAML."""
    try:
        return json.loads(text)
    except ValueError:
        return as_yaml(text)


class _Names:
    """AWS's managed policies: none is known, so a name stays what it is."""

    def load(self) -> dict[str, str]:
        return {}


def localized(template: dict[str, Any]) -> dict[str, Any]:
    """``template`` as ``sam package`` would leave it: no local path, and an image for each image function."""
    everywhere = template.get("Globals") if isinstance(template.get("Globals"), dict) else {}
    shared = (everywhere or {}).get("Function")
    shared = shared if isinstance(shared, dict) else {}
    if isinstance(shared.get("CodeUri"), str):
        shared["CodeUri"] = "s3://code/code"
    found = template.get("Resources")
    resources = found if isinstance(found, dict) else {}
    for name in [name for name, each in resources.items() if not isinstance(each, dict) or "Type" not in each]:
        del resources[name]  # Fn::ForEach: a transform of its own, which the caller names
    for each in resources.values():
        own = each.setdefault("Properties", {})
        if not isinstance(own, dict):
            continue
        for (kind, key), value in _LOCAL.items():
            if (
                each["Type"] == kind
                and isinstance(own.get(key), str)
                and not own[key].startswith(("s3://", "https://"))
            ):
                own[key] = value
        if each["Type"] == "AWS::Serverless::Application" and isinstance(own.get("Location"), dict):
            own["Location"] = "https://code.s3.amazonaws.com/code"  # else the translator asks AWS's repository of them
        if each["Type"] == "AWS::Serverless::Function":
            if own.get("PackageType", shared.get("PackageType")) == "Image" or "ImageUri" in own:
                own.pop("CodeUri", None)
                if not isinstance(own.get("ImageUri"), dict):
                    own["ImageUri"] = _IMAGE
            elif not {"CodeUri", "InlineCode"} & {*own, *shared}:
                own["CodeUri"] = "s3://code/code"
    return template


def undated(value: Any) -> Any:
    """``Version: 2012-10-17`` is a text, whether it stands in quotes or not."""
    if isinstance(value, dict):
        return {undated(key): undated(each) for key, each in value.items()}
    if isinstance(value, list):
        return [undated(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def translated(job: dict[str, Any]) -> dict[str, Any]:
    """One template, expanded."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    try:
        template = localized(undated(_parsed(job["text"], yaml_parse)))
        return {"template": transform(template, dict(job["parameters"]), _Names())}
    except InvalidDocumentException as error:
        return {"error": "; ".join(str(cause.message) for cause in error.causes) or str(error)}
    except Exception as error:  # whatever else the translator trips over is about this template, not about the machine
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    json.dump([translated(job) for job in json.load(sys.stdin)], sys.stdout, default=str)

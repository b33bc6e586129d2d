"""What the account has of pipeline.yaml: its stack, repositories, roles and whom they trust, the boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from release.adoption import pipeline
from release.adoption.doctor.findings import ACCOUNT, OK, UNKNOWN, WRONG, Diagnosis, probe, unknown
from release.adoption.ports import Account, ProjectFiles
from release.errors import ConflictError, NotFoundError, ReleaseError
from release.settings import cfn
from release.settings.config import Config

_SUBJECT = "token.actions.githubusercontent.com:sub"


@dataclass(frozen=True)
class Premises:
    """The account that pipeline.yaml is deployed to.

    Attributes:
        repository: ``owner/name`` on GitHub; "" where nobody knows.
    """

    config: Config
    files: ProjectFiles
    account: Account
    repository: str

    @property
    def deploy(self) -> str:
        """The command that brings pipeline.yaml into the account."""
        config = self.config
        return (
            f"aws cloudformation deploy --region {config.registry_region} --stack-name {config.project}-pipeline "
            f"--template-file {pipeline.PATH} --capabilities CAPABILITY_NAMED_IAM"
        )


def findings(premises: Premises) -> Iterator[Diagnosis]:
    """Every line; nothing of it where the credentials do not open the account, or there is no pipeline.yaml."""
    signed = probe(ACCOUNT, "credentials", premises.account.identity)
    yield signed
    if signed.state != OK:
        return
    try:
        written = premises.files.read(pipeline.PATH).decode("utf-8", "replace")
        resources = cfn.resources(cfn.load(written, pipeline.PATH))
    except ReleaseError as error:
        yield unknown(ACCOUNT, "pipeline", f"what there should be stands in {pipeline.PATH}: {error.message}")
        return
    yield probe(ACCOUNT, f"stack {premises.config.project}-pipeline", partial(_stack, premises, written))
    for logical_id, resource in resources.items():
        own = cfn.properties(resource)
        if resource["Type"] == "AWS::ECR::Repository":
            name = _filled(own.get("RepositoryName"), premises.config)
            yield probe(ACCOUNT, f"repository {name}", partial(_repository, premises, name))
        elif resource["Type"] == "AWS::IAM::Role" and "RoleName" in own:
            name = _filled(own["RoleName"], premises.config)
            yield from _role(premises, name, own)
        elif logical_id == "Boundary":
            name = _filled(own.get("ManagedPolicyName"), premises.config)
            yield probe(ACCOUNT, f"boundary {name}", partial(_boundary, premises, name))


def _filled(value: Any, config: Config) -> str:
    """A name of pipeline.yaml, with the project's put in."""
    text = value.get("Fn::Sub", "") if isinstance(value, Mapping) else value
    return str(text).replace("${Project}", config.project)


def _stack(premises: Premises, written: str) -> str:
    """Raises NotFoundError, ConflictError: it was never deployed, or is older than the file."""
    deployed = premises.account.template(f"{premises.config.project}-pipeline")
    if deployed is None:
        raise NotFoundError(
            f"there is none in {premises.config.registry_region}",
            next_step=f'{premises.deploy} --parameter-overrides "Subject={premises.repository or "OWNER/REPO"}"',
        )
    if pipeline.difference(deployed.replace("\r\n", "\n").strip(), written.replace("\r\n", "\n").strip()):
        raise ConflictError(f"it is not {pipeline.PATH} as it is here: deploy it again", next_step=premises.deploy)
    return f"it is {pipeline.PATH} as it is here"


def _repository(premises: Premises, name: str) -> str:
    found = premises.account.repository(name)
    if found is None:
        raise NotFoundError("there is none", next_step=premises.deploy)
    if not found.immutable:
        raise ConflictError(
            "its tags may move, so a version could become another image",
            next_step=f"aws ecr put-image-tag-mutability --region {premises.config.registry_region} --repository-name "
            f"{name} --image-tag-mutability IMMUTABLE",
        )
    return "no tag moves" + ("" if found.lifecycle else "; what a push that died left stays for ever")


def _boundary(premises: Premises, name: str) -> str:
    if not premises.account.policy(name):
        raise NotFoundError("there is none, and no stack may make a role without it", next_step=premises.deploy)
    return "there is one"


def _role(premises: Premises, name: str, own: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """A role is there, and becomes whoever pipeline.yaml names, of this very repository."""
    subject = f"role {name}"
    wanted = [each.removeprefix("repo:${Subject}") for each in subjects(own.get("AssumeRolePolicyDocument"))]
    of = wanted[0].removeprefix(":environment:") if wanted else ""
    environment = of if of in premises.config.environments else ""
    try:
        found = premises.account.role(name)
    except ReleaseError as error:
        yield unknown(ACCOUNT, subject, error.message, error.next_step, environment)
        return
    if found is None:
        yield Diagnosis(ACCOUNT, subject, WRONG, "there is none", premises.deploy, environment)
        return
    trusted = subjects(found.trust)
    whole = re.escape(premises.repository).replace("/", r"(@\d+)?/") + r"(@\d+)?" if premises.repository else "[^:]+"
    strangers = [
        each for each in trusted if not any(re.fullmatch(f"repo:{whole}{re.escape(w)}", each, re.I) for w in wanted)
    ]
    if strangers or len(trusted) != len(wanted):
        should = f"repo:{premises.repository or '…'}{wanted[0] if wanted else ''}"
        remedy = f'--parameter-overrides "Subject={premises.repository or "OWNER/REPO"}"'
        why = f"it trusts {', '.join(trusted) or 'nobody'}, not {should}"
        yield Diagnosis(ACCOUNT, subject, WRONG, why, f"{premises.deploy} {remedy}", environment)
    elif not premises.repository:
        why = f"it trusts {trusted[0]}; which repository this is is not known"
        yield Diagnosis(ACCOUNT, subject, UNKNOWN, why, environment=environment)
    else:
        yield Diagnosis(ACCOUNT, subject, OK, f"it trusts {', '.join(trusted)}", environment=environment)


def subjects(document: Any) -> list[str]:
    """The OIDC subjects of a trust policy; a pattern (``StringLike``) is none of ours, and stands here as it is."""
    found: list[str] = []
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    for statement in statements if isinstance(statements, list) else [statements or {}]:
        if statement.get("Effect") != "Allow":
            continue
        for operator in (statement.get("Condition") or {}).values():
            value = operator.get(_SUBJECT)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    found.append(str(each.get("Fn::Sub", each)) if isinstance(each, Mapping) else str(each))
    return found

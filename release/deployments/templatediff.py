"""What differs between two templates as they are written: resources, and whether data may go with one. Pure rules.

Parameters, conditions, mappings and transforms decide what a template becomes; which property has a resource replaced
is in no template. That CloudFormation's change set alone can tell, and what is said here never claims more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from release.deployments.differences import Difference
from release.settings import cfn

#: Types whose resource holds data that is gone with it, by the service. Sources: AWS CloudFormation template reference,
#: "DeletionPolicy attribute" (those that support snapshots) and each type's own page; SAM's SimpleTable is a
#: DynamoDB table. A nested stack may hold any of them.
_BY_SERVICE = {
    "AmazonMQ": "Broker",
    "Backup": "BackupVault",
    "Cassandra": "Keyspace Table",
    "CloudFormation": "Stack",
    "CodeCommit": "Repository",
    "Cognito": "IdentityPool UserPool",
    "DSQL": "Cluster",
    "DocDB": "DBCluster",
    "DocDBElastic": "Cluster",
    "DynamoDB": "GlobalTable Table",
    "EC2": "Instance Volume",
    "ECR": "Repository",
    "EFS": "FileSystem",
    "ElastiCache": "CacheCluster ReplicationGroup ServerlessCache",
    "Elasticsearch": "Domain",
    "Events": "Archive",
    "FSx": "FileSystem Volume",
    "Glue": "Database Table",
    "KMS": "Key ReplicaKey",
    "Kinesis": "Stream",
    "Logs": "LogGroup",
    "MSK": "Cluster ServerlessCluster",
    "MemoryDB": "Cluster",
    "Neptune": "DBCluster",
    "NeptuneGraph": "Graph",
    "OpenSearchServerless": "Collection",
    "OpenSearchService": "Domain",
    "QLDB": "Ledger",
    "RDS": "DBCluster DBInstance GlobalCluster",
    "Redshift": "Cluster",
    "RedshiftServerless": "Namespace",
    "S3": "Bucket",
    "S3Express": "DirectoryBucket",
    "S3Tables": "Table TableBucket",
    "SDB": "Domain",
    "SQS": "Queue",
    "SecretsManager": "Secret",
    "Serverless": "Application SimpleTable",
    "Timestream": "Database Table",
}
KEEPS_DATA = frozenset(f"AWS::{service}::{name}" for service, names in _BY_SERVICE.items() for name in names.split())
#: "DeletionPolicy attribute", options: both keep a resource that leaves the stack of an update.
_KEEPS = frozenset({"Retain", "RetainExceptOnCreate"})
_CHANGE_SET = "only CloudFormation's change set can tell whether it is replaced"


def templates(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> tuple[Difference, ...]:
    """What differs in the template ("") and in each that is nested in it (its path), named ``path: resource``.

    A nested template that only one of the two has comes or goes with the stack that names it, which is a resource.
    """
    found = list(template(old.get("", {}), new[""]))
    for path in sorted(old.keys() & new.keys() - {""}):
        found += [replace(each, name=f"{path}: {each.name}") for each in template(old[path], new[path])]
    return tuple(found)


def template(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The resources that differ, then every other section that does, but ``Parameters``; both as :func:`cfn.load`.

    An alarm is a resource that keeps data, and that is deleted or replaced without a policy that retains it.
    """
    before, after = cfn.resources(old), cfn.resources(new)
    found = []
    for name in dict.fromkeys([*before, *after]):
        if name not in before:
            found.append(Difference(name, "added", after[name]["Type"]))
        elif name not in after:
            found.append(_deleted(name, before[name]))
        elif before[name] != after[name]:
            found.append(_changed(name, before[name], after[name]))
    return (*found, *_others(old, new))


def _deleted(name: str, old: Mapping[str, Any]) -> Difference:
    policy = old.get("DeletionPolicy")
    if isinstance(policy, str) and policy in _KEEPS:
        return Difference(name, "deleted", f"{old['Type']}; stays in the account (DeletionPolicy: {policy})")
    return _with_policy(Difference(name, "deleted", old["Type"], old["Type"] in KEEPS_DATA), "DeletionPolicy", policy)


def _changed(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    keeps = bool({old["Type"], new["Type"]} & KEEPS_DATA)
    if old["Type"] != new["Type"]:
        # Which of the two templates' policies would count is written nowhere: both have to retain it.
        policies = [each.get("UpdateReplacePolicy") for each in (old, new)]
        detail = f"{old['Type']} -> {new['Type']}"
        if all(policy == "Retain" for policy in policies):
            return Difference(
                name, "replaced", f"{detail}; the old one stays in the account (UpdateReplacePolicy: Retain)"
            )
        return _with_policy(Difference(name, "replaced", detail, keeps), "UpdateReplacePolicy", policies[-1])
    what = ", ".join(_keys(old, new))
    # A condition that does not hold deletes what is there, as if it had left the template.
    more = f"; {_CHANGE_SET}{' or deleted' if old.get('Condition') != new.get('Condition') else ''}" if keeps else ""
    return Difference(name, "changed", f"{new['Type']}: {what}{more}")


def _with_policy(change: Difference, attribute: str, policy: Any) -> Difference:
    """``change`` with the policy that does not retain the resource, if there is one."""
    if policy is None:
        return change
    said = policy if isinstance(policy, str) else "an expression"
    return replace(change, detail=f"{change.detail}; {attribute}: {said}")


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Which properties differ, then which attributes beside them."""
    yield from _differing(cfn.properties(old), cfn.properties(new))
    for key in _differing(old, new):
        if key != "Properties" or not all(isinstance(each.get(key, {}), dict) for each in (old, new)):
            yield key


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    return (key for key in dict.fromkeys([*map(str, old), *map(str, new)]) if old.get(key) != new.get(key))


def _others(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """What is no resource and differs: it may change any resource, or none."""
    for section in _differing(old, new):
        if section == "Resources":
            loops = [_no_resources(each) for each in (old, new)]
            for name in _differing(*loops):
                yield Difference(
                    name, "changed", "no plain resource; only CloudFormation's change set can tell what it is"
                )
        elif section != "Parameters":
            kind = "added" if section not in old else "removed" if section not in new else "changed"
            yield Difference(section, kind, "a section of the template")


def _no_resources(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("Resources")
    plain = cfn.resources(document)
    return {str(name): each for name, each in found.items() if name not in plain} if isinstance(found, dict) else {}

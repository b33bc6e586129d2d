"""What the workflows ask of GitHub's settings: variables and environments. A test compares the workflow files."""

from __future__ import annotations

#: Variables of the repository that a workflow cannot do without, and the output of pipeline.yaml's stack that it is.
OF_THE_REPOSITORY = {"AWS_REGION": "", "PUBLISH_ROLE": "PublishRole", "WATCH_ROLE": "WatchRole"}
#: The environment in which a tag gives a proven release its name, and its variables.
PROMOTION, OF_PROMOTION = "promotion", {"PROMOTE_ROLE": "PromoteRole"}
#: Variables of each environment of release.toml.
OF_AN_ENVIRONMENT = {"DEPLOY_ROLE": "{environment}DeployRole"}
#: What a variable may add.
OPTIONAL = frozenset({"RELEASE_PARAMETERS", "RELEASE_REGISTRY", "RELEASE_SCAN_DATABASE"})
#: The job of check.yml that branch protection requires; called, it has the caller's job in front of it.
REQUIRED_CHECK = "Ready to merge"

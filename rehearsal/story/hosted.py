"""The rehearsal's repository as GitHub would host it: settings, environments, the roles of its pipeline.yaml."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping

from rehearsal.github import trust
from rehearsal.github.driver import GitHub
from rehearsal.github.runner import Runner
from rehearsal.github.startup import Environment, Settings
from rehearsal.machine.tools import tools
from rehearsal.story import course, ourworkflows
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import Repository
from rehearsal.story.testbed import Testbed
from release.adapters.toolbox import Cache
from release.adoption.limits import role_end
from release.adoption.surroundings import github_repository
from release.errors import UsageError
from release.settings.config import Config
from release.versions.tags import tag_filter

ACCOUNT = "arn:aws:iam::000000000000:role/"
#: What a step sees beside what GitHub gives it: the engine, and the tools this machine has already.
_STEPS_SEE = (
    "DOCKER_",
    "RELEASE_BASE",
    "RELEASE_BUILD",
    "RELEASE_SAM",
    "RELEASE_SCAN_DATABASE",
    "RELEASE_CACHE",
    "SAM_CLI_",
)
_MACHINE = ("HOME", "XDG_CACHE_HOME", "PIP_CERT", "SSL_CERT_FILE")
#: A runner knows nobody's AWS: without a role a step finds none, neither the person's nor the emulated one.
_NO_AWS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
#: What a job gets with its role.
_OF_ROLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL")
_VARIABLES = ("RELEASE_REGISTRY", "RELEASE_PARAMETERS", "RELEASE_SCAN_DATABASE")


def step_environment(release: Mapping[str, str]) -> dict[str, str]:
    """Of the release command's environment, what a step of a workflow sees without asking for it."""
    return {key: value for key, value in release.items() if key.startswith(_STEPS_SEE) or key in _MACHINE} | _NO_AWS


def slug_of(remotes: Mapping[str, str], project: str) -> str:
    """``owner/name`` of the GitHub repository among the remotes (name -> URL), or one of that form."""
    urls = [remotes.get("origin", ""), *remotes.values()]
    return next((found for url in urls if (found := github_repository(url))), f"owner/{project}")


def settings(config: Config, roles: Collection[str], slug: str, subject: str, variables: Mapping[str, str]) -> Settings:
    """The settings that docs/setup.md asks for.

    Args:
        roles: the names of those that pipeline.yaml makes.
        subject: how OIDC subjects name the repository.
        variables: of the repository, besides the roles and the region.

    Raises:
        UsageError: pipeline.yaml makes no role that a job must become.
    """

    def arn(what: str) -> str:
        name = f"{config.project}-{what}"
        if name not in roles:
            raise UsageError(
                f"pipeline.yaml makes no role {name} for a workflow to become (it makes {', '.join(sorted(roles))})",
                untouched="everything: nothing was released",
                next_step="release pipeline --write, then commit pipeline.yaml",
            )
        return f"{ACCOUNT}{name}"

    def deploying(name: str) -> dict[str, str]:
        return {"DEPLOY_ROLE": arn(f"deploy-{role_end(config.project, name)}")}

    main = f"refs/heads/{config.versions.main_branch}"
    releases = f"refs/tags/{tag_filter(config.versions.tag_prefix)}"
    stations = course.of(config.environments)
    merged = {name: Environment(deploying(name), refs=(main,)) for name in stations.merged}
    tagged = {
        name: Environment(deploying(name), refs=(main, releases), reviewers=name == stations.last)
        for name in stations.tagged
    }
    promotion = Environment({"PROMOTE_ROLE": arn("promote")}, refs=(releases,))
    return Settings(
        slug=slug,
        subject=subject,
        environments={**merged, **tagged, "promotion": promotion},
        variables={
            "PUBLISH_ROLE": arn("publish"),
            "WATCH_ROLE": arn("watch"),
            "AWS_REGION": config.registry_region,
            **variables,
        },
        branch=config.versions.main_branch,
    )


def host(bed: Testbed, env: Mapping[str, str], reporter: Reporter) -> Repository:
    """The scratch clone's repository. Raises what :func:`settings` raises."""
    scratch, release = bed.scratch, bed.scratch.env
    slug = slug_of(bed.remotes, bed.config.project)
    subject = "@1/".join(slug.split("/")) + "@2"  # ids, as in repositories made since 2026-07-15
    roles = trust.roles(trust.template(scratch.folder / "pipeline.yaml"), {"Subject": subject})
    runner = Runner(
        act=tools(Cache.of(env), reporter.say).venv("act").tool("act"),
        scratch=bed.folder / "github",
        environment={**step_environment(release), "RELEASE_PYTHON": sys.executable},
        path=release["PATH"],
    )
    github = GitHub(
        scratch.folder,
        runner,
        settings(bed.config, roles, slug, subject, {name: release[name] for name in _VARIABLES}),
        {f"{ACCOUNT}{name}": role for name, role in roles.items()},
        {key: release[key] for key in _OF_ROLES},
        reporter.say,
    )
    return Repository(github, reporter, ourworkflows.files(scratch.folder))

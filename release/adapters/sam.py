"""``sam deploy``, a process of its own: SAM's transform, the change set, and the wait until CloudFormation is done."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.adapters.aws_errors import ended_credentials
from release.adapters.samparameters import KNOWN, delicate, document
from release.deployments.model import StackRequest
from release.errors import MachineError, ReleaseError, RemoteError

log = logging.getLogger("release.deploy")

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM")


@dataclass(frozen=True)
class Sam:
    """The SAM command line tool.

    Attributes:
        executable: finds it; asked for when it is run.
        env: the whole environment that it runs in; credentials and endpoint come with it.
        timeout: seconds that one deployment may take.
    """

    executable: Callable[[], Path]
    env: Mapping[str, str]
    region: str
    timeout: float = 3600

    def deploy(self, request: StackRequest) -> None:
        """Bring the stack to ``request`` and wait. An empty change set is a success: the caller compares what is live.

        sam runs in the release's bundle and packages the files that the template names. Its configuration is one of our
        own, so no samconfig.toml changes what is deployed; no parameter (a secret may be among them) stands in the list
        of processes or in the log.

        Raises:
            MachineError: sam cannot be started, or not this one for these parameters; or the credentials ended.
            RemoteError: it failed, or the time is over.
        """
        self._check_version(request)
        with tempfile.TemporaryDirectory(prefix="release-") as folder:
            parameters, configuration = Path(folder) / "parameters.toml", Path(folder) / "samconfig.toml"
            parameters.write_text(document(request.parameters), encoding="ascii")
            configuration.write_text("version = 0.1\n", encoding="ascii")
            template = request.folder.absolute() / request.template
            command: list[str | Path] = [self.executable(), "deploy", "--template-file", template]
            command += ["--config-file", configuration]
            command += ["--stack-name", request.name, "--resolve-s3", "--image-repository", request.repositories[0]]
            command += ["--capabilities", *_CAPABILITIES]
            command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
            command += ["--parameter-overrides", f"file://{parameters}"]
            said: list[str] = []

            def note(line: str) -> None:
                said.append(line)
                log.debug("%s", line)

            try:
                process.run(command, cwd=template.parent, env=self._environment(), timeout=self.timeout, on_line=note)
            except RemoteError as error:
                raise self._failure(request, said, error) from error

    def _check_version(self, request: StackRequest) -> None:
        """A version that may unquote otherwise must not get what it would change."""
        names = sorted(name for name, value in request.parameters.items() if delicate(value))
        if not names:
            return
        said = process.run([self.executable(), "--version"], env=self._environment(), timeout=120).stdout
        found = re.search(r"version (\d+)\.(\d+)", said)
        if found is None or not KNOWN[0] <= (int(found[1]), int(found[2])) <= KNOWN[1]:
            first, last = (".".join(map(str, version)) for version in KNOWN)
            raise MachineError(
                f"{self.executable()} ({said.strip()}) may change the quotes and backslashes of the parameter "
                f"{names[0]}: known are {first} to {last}",
                untouched=f"stack {request.name}",
                next_step="name one of these in RELEASE_SAM, or unset it: then the locked one is installed",
            )

    def _environment(self) -> dict[str, str]:
        return {
            **self.env,
            "SAM_CLI_TELEMETRY": "0",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def _failure(self, request: StackRequest, said: list[str], error: RemoteError) -> ReleaseError:
        """What sam's last words mean for a person."""
        verdict = _last_words(said)
        if "Invalid value for '--parameter-overrides': file://" in verdict.replace("  ", " "):
            return MachineError(
                f"{self.executable()} is too old: it cannot read parameters from a file",
                untouched="everything",
                next_step="bring it up to date, or name another one in RELEASE_SAM",
            )
        if sentence := ended_credentials(verdict):
            return MachineError(
                f"the AWS credentials ended while stack {request.name} was deployed ({sentence}); what CloudFormation "
                "had begun by then goes on",
                untouched="everything else",
                next_step="aws sso login, or check the role that this job takes",
            )
        return RemoteError(
            f"sam deploy of stack {request.name} failed: {error.message}",
            next_step=f"aws cloudformation describe-stack-events --stack-name {request.name} --region {self.region}",
        )


def _last_words(said: list[str]) -> str:
    """What sam says at its end. What its table of events quotes before is about resources, not about sam itself."""
    starts = [number for number, line in enumerate(said) if line.startswith("Error: ")]
    return "\n".join(said[starts[-1] if starts else -3 :])

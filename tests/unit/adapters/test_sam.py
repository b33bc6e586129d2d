"""sam deploy as a process of its own: what it is given, and what its last words mean."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.adapters.sam import Sam
from release.adapters.samparameters import KNOWN, delicate, document
from release.adapters.toolbox import LOCKS
from release.deployments.model import StackRequest
from release.errors import MachineError, ReleaseError, RemoteError
from tests.support.tool import Tool

REGION = "eu-west-1"
TEXT = st.characters(exclude_categories=["Cs"])
DIGEST = "sha256:" + "a" * 64
BUNDLE = Path(__file__).parent
REQUEST = StackRequest(
    "app-staging",
    BUNDLE,
    "template.yaml",
    {"ImageUri": f"host/app/export@{DIGEST}", "Secret": 'a "b" c=d\\e é', "AllowedOrigin": "*"},
    ("host/app/export", "host/app/report"),
)
#: What sam 1.170 says when its credentials are missing or end: at its first call, while it waits, as a client.
NO_CREDENTIALS = {
    "at its first call": "Error: Failed to create managed resources: An error occurred (ExpiredToken) when calling the "
    "DescribeStacks operation: The security token included in the request is expired",
    "while CloudFormation works": "Describing stack events for app-staging failed: An error occurred (ExpiredToken) "
    "when calling the DescribeStackEvents operation: The security token included in the request is expired\n"
    "Error: Failed to create/update the stack: app-staging, Waiter StackUpdateComplete failed: An error occurred "
    "(ExpiredToken): The security token included in the request is expired",
    "a wrong key": "Error: Failed to create changeset for the stack: app-staging, An error occurred "
    "(InvalidClientTokenId) when calling the CreateChangeSet operation: The security token is invalid",
    "uploading": "Error: An error occurred (InvalidAccessKeyId) when calling the PutObject operation: unknown",
    "none": "Error: Error Setting Up Managed Stack Client: Unable to resolve credentials for the AWS SDK for Python "
    "client. Please see their documentation for options to pass in credentials: https://boto3.test",
    "none, said by botocore": "Error: Failed to create/update the stack: app-staging, Unable to locate credentials",
    "a session that ended": "Error: Error when retrieving token from sso: Token has expired and refresh failed",
    "a sign-in that ended": "Error: The SSO session associated with this profile has expired or is otherwise invalid. "
    "To refresh this SSO session run aws sso login with the corresponding profile.",
}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """A sam that notes how it was called."""
    tool = Tool(tmp_path / "bin", "sam")
    tool.behave(
        'pwd > "$folder/where"; for last in "$@"; do :; done\n'
        'cp "${last#file://}" "$folder/parameters"; stat -c %a "$(dirname "${last#file://}")" > "$folder/mode"'
    )
    return tool


@pytest.fixture
def sam(tool: Tool) -> Sam:
    """The adapter that runs it."""
    return Sam(lambda: tool.path, {"PATH": "/usr/bin:/bin", "HOME": "/nowhere"}, REGION, 20)


def failed(sam: Sam, tool: Tool, output: str) -> ReleaseError:
    """What comes of a deployment after which sam says ``output`` and fails."""
    (tool.folder / "output").write_text(output)
    tool.behave('cat "$folder/output"; exit 1')
    with pytest.raises(ReleaseError) as caught:
        sam.deploy(REQUEST)
    return caught.value


def test_sam_gets_template_stack_and_a_file_of_parameters_and_never_a_question(sam: Sam, tool: Tool) -> None:
    sam.deploy(REQUEST)
    assert tool.arguments[:2] == ["deploy", "--template-file"]
    assert Path(tool.arguments[2]) == BUNDLE / "template.yaml"
    assert (tool.folder / "where").read_text().strip() == str(BUNDLE)
    assert tool.arguments[tool.arguments.index("--stack-name") + 1] == "app-staging"
    assert tool.arguments[-2:-1] == ["--parameter-overrides"]
    assert (tool.folder / "parameters").read_text() == document(REQUEST.parameters)
    assert {"--no-confirm-changeset", "--no-fail-on-empty-changeset", "--resolve-s3"} <= set(tool.arguments)


def test_no_parameter_stands_in_the_list_of_processes_and_nobody_else_may_read_the_file(sam: Sam, tool: Tool) -> None:
    sam.deploy(REQUEST)
    assert not [word for word in tool.arguments if "AllowedOrigin" in word or "c=d" in word]
    assert (tool.folder / "mode").read_text().strip() == "700"
    assert not Path(tool.arguments[2]).exists(), "the folder is gone when sam is done"


def test_sam_runs_in_the_region_of_the_environment_in_a_folder_of_its_own_without_telemetry(
    sam: Sam, tool: Tool
) -> None:
    """A samconfig.toml in the repository must not change what is deployed."""
    sam.deploy(REQUEST)
    assert tool.environment["AWS_REGION"] == tool.environment["AWS_DEFAULT_REGION"] == REGION
    assert tool.environment["SAM_CLI_TELEMETRY"] == "0"
    assert Path((tool.folder / "where").read_text().strip()) != Path.cwd()


def test_a_deployment_that_fails_is_told_with_where_to_look(sam: Sam, tool: Tool) -> None:
    error = failed(sam, tool, "Error: Failed to create/update the stack: app-staging, Waiter UpdateComplete failed")
    assert type(error) is RemoteError
    assert error.message.startswith("sam deploy of stack app-staging failed: ")
    assert "Waiter UpdateComplete failed" in error.message
    assert error.next_step == f"aws cloudformation describe-stack-events --stack-name app-staging --region {REGION}"


@pytest.mark.parametrize("output", NO_CREDENTIALS.values(), ids=NO_CREDENTIALS.keys())
def test_credentials_that_end_are_the_machine_s_problem_and_no_verdict_on_the_release(
    sam: Sam, tool: Tool, output: str
) -> None:
    error = failed(sam, tool, f"CREATE_COMPLETE  AWS::Lambda::Function\n{output}\n")
    assert type(error) is MachineError
    assert error.message.startswith("the AWS credentials ended while stack app-staging was deployed (")
    assert "what CloudFormation had begun by then goes on" in error.message
    assert error.next_step == "aws sso login, or check the role that this job takes"


@pytest.mark.parametrize(
    "output",
    [
        "UPDATE_FAILED Custom::Seed Seed An error occurred (ExpiredToken) when calling the PutItem operation\n"
        "Error: Failed to create/update the stack: app-staging, Waiter StackUpdateComplete failed: Waiter encountered "
        'a terminal failure state: For expression "Stacks[].StackStatus" we matched expected path: "UPDATE_ROLLBACK_"',
        "Error: Failed to create changeset for the stack: app-staging, An error occurred (ValidationError) when",
        "Error: Failed to create changeset for the stack: app-staging, An error occurred (AccessDenied) when",
    ],
    ids=["a resource's own credentials", "a template that is refused", "a permission"],
)
def test_what_is_not_about_the_credentials_of_this_machine_is_a_failure_of_the_deployment(
    sam: Sam, tool: Tool, output: str
) -> None:
    assert type(failed(sam, tool, output)) is RemoteError


def test_a_sam_that_cannot_read_parameters_from_a_file_is_named_and_nothing_was_changed(sam: Sam, tool: Tool) -> None:
    """What sam 1.37 answers (aws-sam-cli#2054)."""
    error = failed(
        sam,
        tool,
        "Usage: sam deploy [OPTIONS]\n\nError: Invalid value for '--parameter-overrides':  file:///x.json is not in "
        "valid format. It must look something like 'KeyPairName=MyKey InstanceType=t1.micro'",
    )
    assert type(error) is MachineError
    assert error.message == f"{tool.path} is too old: it cannot read parameters from a file"
    assert (error.untouched, "RELEASE_SAM" in error.next_step) == ("everything", True)


@pytest.mark.parametrize(
    "version", ["SAM CLI, version 1.171.0", "SAM CLI, version 2.0.0", "SAM CLI, version 1.151.0", "?"]
)
def test_a_sam_that_may_change_a_parameter_does_not_get_it(sam: Sam, tool: Tool, version: str) -> None:
    tool.behave(f'[ "$1" = --version ] && echo "{version}" || touch "$folder/deployed"')
    sam.deploy(replace(REQUEST, parameters={"A": "plain = it's \\d"}))
    (tool.folder / "deployed").unlink()
    with pytest.raises(MachineError, match="may change the quotes and backslashes of the parameter A") as caught:
        sam.deploy(replace(REQUEST, parameters={"A": '"quoted"'}))
    assert not (tool.folder / "deployed").exists()
    assert "RELEASE_SAM" in caught.value.next_step


def test_a_sam_that_is_known_gets_every_parameter(sam: Sam, tool: Tool) -> None:
    tool.behave('[ "$1" = --version ] && echo "SAM CLI, version 1.165.0" || touch "$folder/deployed"')
    sam.deploy(replace(REQUEST, parameters={"A": '"quoted"'}))
    assert (tool.folder / "deployed").exists()


def test_the_locked_sam_is_the_last_that_is_known() -> None:
    """Whoever raises the lock runs tests/contract/test_sam_parameters.py and then raises this."""
    locked = re.search(r"^aws-sam-cli==(\d+)\.(\d+)", (LOCKS / "sam.txt").read_text(), re.MULTILINE)
    assert locked is not None
    assert KNOWN[1] == (int(locked[1]), int(locked[2]))


def test_a_deployment_without_end_is_ended(tool: Tool) -> None:
    tool.behave("sleep 600")
    with pytest.raises(RemoteError, match="did not finish within"):
        Sam(lambda: tool.path, {"PATH": "/usr/bin:/bin"}, REGION, timeout=0.3).deploy(REQUEST)


def test_no_sam_is_the_machine_s_problem(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be started"):
        Sam(lambda: tmp_path / "sam", {}, REGION).deploy(REQUEST)


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9]{1,9}", fullmatch=True), st.text(TEXT, max_size=40)))
def test_the_file_of_parameters_is_toml_in_ascii_whatever_they_hold(parameters: dict[str, str]) -> None:
    """sam reads it in the encoding of the machine. Whether it comes to the same values: tests/contract."""
    read = tomllib.loads(document(parameters).encode("ascii").decode())
    assert read.keys() == parameters.keys()
    assert {name: value for name, value in read.items() if not delicate(parameters[name])} == {
        name: value for name, value in parameters.items() if not delicate(value)
    }

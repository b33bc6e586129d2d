"""What a container loads when it starts, and what only when it is needed."""

import gc
import os
import subprocess
import sys

import pytest
from conftest import FUNCTION_ROOT, HAS_EXPORT, HAS_REPORT, REGION

from shared.coldstart import without_collections

ENVIRONMENT = {
    **{"RELEASE_VERSION": "1.0.0", "GIT_SHA": "c" * 40, "MEMBERS_TABLE": "members", "REPORTS_BUCKET": "reports"},
    **{"USER_POOL_ISSUER": "https://issuer.example.org", "USER_POOL_CLIENT_ID": "client"},
    **{"AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
}
STARTS = """
import sys
import {function}.app as app
print(*sorted(name for name in {names!r} if name in sys.modules))
context = type("Context", (), {{"aws_request_id": "r", "get_remaining_time_in_millis": lambda self: 1000}})()
event = {{"httpMethod": "GET", "path": "{path}", "resource": "{path}", "requestContext": {{}}}}
print(app.handler(event, context)["statusCode"], "jwt" in sys.modules)
"""
NEVER_AT_START = ["boto3", "cryptography", "jwt", "pyarrow.compute", "pyarrow.dataset"]


@pytest.mark.parametrize(
    ("function", "path", "late"),
    [
        *([("export", "/members/parquet", NEVER_AT_START)] if HAS_EXPORT else []),
        *([("report", "/members/report", ["boto3", "cryptography", "jwt"])] if HAS_REPORT else []),
    ],
)
def test_start_loads_no_library_that_only_a_token_needs(function: str, path: str, late: list[str]) -> None:
    script = STARTS.format(function=function, path=path, names=late)
    path_of_packages = os.pathsep.join([str(FUNCTION_ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": path_of_packages, "AWS_ENDPOINT_URL": ""}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded, answered = done.stdout.splitlines()
    assert loaded == ""
    assert answered == "401 True"


def test_garbage_is_collected_again_after_the_start_even_when_it_fails() -> None:
    seen = []

    def start() -> None:
        with without_collections():
            seen.append(gc.isenabled())
            raise ValueError("no start")

    try:
        with pytest.raises(ValueError, match="no start"):
            start()
        assert [*seen, gc.isenabled()] == [False, True]
    finally:
        gc.unfreeze()

"""Paths about functions whose name begins with ``url``, which the emulator would misread."""

from __future__ import annotations

import pytest

from rehearsal.cloud.inside.bridged.functionnames import by_arn

ARN = "arn:aws:lambda:eu-west-1:111122223333:function"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2015-03-31/functions/url-a/aliases/live", f"/2015-03-31/functions/{ARN}:url-a/aliases/live"),
        ("/2021-10-31/functions/url-a/url", f"/2021-10-31/functions/{ARN}:url-a/url"),
        ("/2015-03-31/functions/url-a:live", f"/2015-03-31/functions/{ARN}:url-a:live"),
        ("/2021-10-31/functions/curl/url", "/2021-10-31/functions/curl/url"),
        ("/2015-03-31/functions", "/2015-03-31/functions"),
        ("/2015-03-31/functions/arn:aws:lambda:x:1:function:url-a", None),
    ],
)
def test_a_name_that_would_be_misread_becomes_the_arn(path: str, expected: str | None) -> None:
    assert by_arn(path, "eu-west-1", "111122223333") == (expected or path)

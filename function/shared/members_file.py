"""The member file's name, and which of several files is the current one. Pure: no I/O.

The name holds the second in UTC at which the run began reading the table, so that names sort by age and the
newest name is the file with the latest data, whichever run finished last.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

PREFIX = "analytics/parquet/members/"
_NAME = re.compile(re.escape(PREFIX) + r"members_\d{8}_\d{6}\.parquet")

# names of the object's metadata (S3 adds "x-amz-meta-")
GENERATED_AT, RECORD_COUNT, VERSION, COMMIT, RUN = "generated-at", "record-count", "version", "commit", "run"


def key_for(moment: datetime) -> str:
    """The object key of a file whose run began at `moment` (time zone required)."""
    return f"{PREFIX}members_{moment.astimezone(UTC):%Y%m%d_%H%M%S}.parquet"


def member_files(keys: Iterable[str]) -> list[str]:
    """Those of `keys` that are member files, oldest first; other objects under the prefix are not ours."""
    return sorted(key for key in keys if _NAME.fullmatch(key))


def newest(keys: Iterable[str]) -> str | None:
    """The current member file among `keys`, or None."""
    return max(member_files(keys), default=None)


def outdated(keys: Iterable[str]) -> list[str]:
    """The member files older than the current one. The current one is never among them."""
    return member_files(keys)[:-1]

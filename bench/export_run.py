"""One export, measured in its own process: `python -m bench.export_run ours|reference WARM BEGAN`; prints JSON.

BEGAN is when the process was started, by time.monotonic(). Little is imported: it would count for both.

`reference` is how this is usually written: boto3's resource, pandas, every value as text, snappy.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "function"))

TABLE, BUCKET = "members", "reports"


def reference() -> Callable[[], int]:
    """The usual way; answers the file's size in bytes."""
    import io

    import boto3
    import pandas as pd
    from boto3.dynamodb.types import Binary

    table, s3 = boto3.resource("dynamodb").Table(TABLE), boto3.client("s3")

    def run() -> int:
        found, start = [], {}
        while True:
            answer = table.scan(**start)
            # pandas has no text of boto3's Binary
            found += [
                {name: str(value.value) if isinstance(value, Binary) else value for name, value in item.items()}
                for item in answer["Items"]
            ]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        content = io.BytesIO()
        pd.DataFrame(found).astype(str).to_parquet(content, engine="pyarrow", compression="snappy")
        s3.put_object(Bucket=BUCKET, Key="members.parquet", Body=content.getvalue())
        return len(content.getvalue())

    return run


def ours() -> Callable[[], int]:
    """The image's own entry point, invoked directly; answers the file's size in bytes."""
    os.environ |= {
        **{"RELEASE_VERSION": "1.0.0", "GIT_SHA": "c" * 40, "MEMBERS_TABLE": TABLE, "REPORTS_BUCKET": BUCKET},
        **{"USER_POOL_ISSUER": "https://issuer.example.org", "USER_POOL_CLIENT_ID": "x", "LOG_LEVEL": "WARNING"},
    }
    from export.app import handler

    return lambda: int(handler({"action": "generate"}, Context())["bytes"])


class Context:
    """Lambda's, as far as it is read."""

    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def main() -> None:
    """Run once, then WARM times more, of which the median is told."""
    which, warm, began = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    run = {"ours": ours, "reference": reference}[which]()
    size, stored, first = run(), time.monotonic() - began, time.process_time()
    cpu = []
    for _ in range(warm):
        before = time.process_time()
        run()
        cpu.append(time.process_time() - before)
    median = sorted(cpu)[len(cpu) // 2] if cpu else 0.0
    print(json.dumps({"bytes": size, "stored": stored, "cpu-stored": first, "cpu": median}))


if __name__ == "__main__":
    main()

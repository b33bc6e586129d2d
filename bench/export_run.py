"""One export, measured in its own process: `python -m bench.export_run ours|reference [--warm N]`; prints JSON.

`reference` is how this is usually written: boto3's resource, pandas, every value as text, snappy.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "function"))

TABLE, BUCKET = "members", "reports"


def reference() -> Callable[[], int]:
    """The usual way; answers the file's size in bytes."""
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
    """The function's own code; answers the file's size in bytes."""
    # the image has neither, and pyarrow imports what it finds
    sys.modules |= dict.fromkeys(("pandas", "numpy"))  # type: ignore[arg-type]
    from export.generate import Generator
    from shared.clients import dynamodb_client, s3_client
    from shared.config import Config
    from shared.store import MemberStore

    config = Config("1.0.0", "c" * 40, TABLE, BUCKET, "https://x", "x", "https://x", False, "", 300, "INFO", "")
    log = logging.getLogger("export")
    store = MemberStore(s3_client(), BUCKET)
    generator = Generator(dynamodb_client(), store, config, lambda: datetime.now(UTC), log)
    return lambda: generator.run(lambda: 900.0).bytes


def main() -> None:
    """Run once, then ``--warm`` times more, of which the last is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("ours", "reference"))
    parser.add_argument("--warm", type=int, default=0)
    args = parser.parse_args()
    run = {"ours": ours, "reference": reference}[args.which]()
    size, cpu, seconds = run(), 0.0, 0.0
    for _ in range(args.warm):
        before, began = time.process_time(), time.monotonic()
        run()
        cpu, seconds = time.process_time() - before, time.monotonic() - began
    print(json.dumps({"bytes": size, "cpu": cpu, "seconds": seconds}))


if __name__ == "__main__":
    main()

"""What a rehearsal needs that no template makes: the audit team's bucket, with a fortnight of calls.

Run once for each environment, with the emulated AWS in its environment variables; prints what the template is given.
"""

import json
import os
import random
from datetime import UTC, datetime, timedelta

import boto3

USERS = ["ada", "bob", "cleo", "deploy"]
ACTIONS = ["DescribeInstances", "GetObject", "ListBuckets", "PutObject", "UpdateFunctionCode"]


def calls(count: int) -> list[dict[str, object]]:
    """Calls as people make them: in working hours, mostly in one region, mostly looking."""
    draw, monday = random.Random(7), datetime(2026, 11, 2, tzinfo=UTC)
    return [
        {
            "time": (
                monday + timedelta(days=draw.choice([0, 1, 2, 3, 4, 7, 8, 9, 10, 11]), hours=draw.gauss(13, 2))
            ).isoformat(),
            "user": draw.choices(USERS, [5, 4, 3, 2])[0],
            "action": draw.choices(ACTIONS, [6, 6, 3, 2, 1])[0],
            "region": draw.choices(["eu-central-1", "eu-west-1"], [9, 1])[0],
            "error": draw.random() < 0.02,
        }
        for _ in range(count)
    ]


def main() -> None:
    bucket = f"audit-{os.environ['RELEASE_ENVIRONMENT']}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    body = "\n".join(json.dumps(each) for each in calls(600))
    s3.put_object(Bucket=bucket, Key="calls/2026-11.jsonl", Body=body.encode())
    print(json.dumps({"parameters": {"HistoryBucket": bucket}}))


if __name__ == "__main__":
    main()

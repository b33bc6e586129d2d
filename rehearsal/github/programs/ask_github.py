"""ask-github QUESTION [NAME=VALUE …] KEY: ask the rehearsal's GitHub (rehearsal/github/backend.py) as this job,
and print KEY of its answer. A refusal becomes an ::error:: annotation and exit code 1."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request


def main() -> int:
    question, *pairs, key = sys.argv[1:]
    query = dict(pair.split("=", 1) for pair in pairs)
    query["job"] = f"{os.environ['GITHUB_WORKFLOW']}/{os.environ['GITHUB_JOB']}"
    if leg := os.environ.get("REHEARSAL_LEG"):
        query["job"] += f" {leg}"
    url = f"{os.environ['REHEARSAL_URL']}/{question}?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(url, headers={"Authorization": f"bearer {os.environ['REHEARSAL_TOKEN']}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as response:
            answer = json.load(response)[key]
    except urllib.error.HTTPError as error:
        print(f"::error::{json.load(error)['error']}")
        return 1
    print(answer if isinstance(answer, str) else json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())

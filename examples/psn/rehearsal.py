"""What a rehearsal needs that no template makes: the key that tokens are signed with, in Secrets Manager.

Run once for each environment, with the emulated AWS in its environment variables; prints what the template is given.
Accounts are made through the API, as players make theirs.
"""

import json
import os
import secrets

import boto3


def main() -> None:
    name = f"psn/{os.environ['RELEASE_ENVIRONMENT']}/token-key"
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=secrets.token_hex(32))
    print(json.dumps({"parameters": {}}))


if __name__ == "__main__":
    main()

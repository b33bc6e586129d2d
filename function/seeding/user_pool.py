"""The user pool of an environment, its groups, and users whose passwords are in secrets."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

GROUPS = ("Members_CRUD_All", "Members_Read_All", "System_CRUD_All")


def put_user_pool(cognito: CognitoIdentityProviderClient, name: str) -> tuple[str, str]:
    """Make the pool with its groups and its app client where they are missing; the ids of pool and client."""
    pools = cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
    pool = next((entry["Id"] for page in pools for entry in page["UserPools"] if entry["Name"] == name), None)
    if pool is None:
        pool = cognito.create_user_pool(PoolName=name, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})[
            "UserPool"
        ]["Id"]
    for group in GROUPS:
        with suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(GroupName=group, UserPoolId=pool)
    clients = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool)
    for page in clients:
        for client in page["UserPoolClients"]:
            if client["ClientName"] == name:
                return pool, client["ClientId"]
    created = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName=name,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    return pool, created["UserPoolClient"]["ClientId"]


def put_password(vault: SecretsManagerClient, secret: str, user: str) -> str:
    """The user's password out of the secret, which is made with a new password when there is none."""
    try:
        stored = vault.get_secret_value(SecretId=secret)["SecretString"]
        return str(json.loads(stored)["password"])
    except vault.exceptions.ResourceNotFoundException:
        password = f"{secrets.token_urlsafe(24)}-aA1"  # the ending satisfies the pool's rules
        vault.create_secret(Name=secret, SecretString=json.dumps({"username": user, "password": password}))
        return password


def put_user(cognito: CognitoIdentityProviderClient, pool: str, user: str, group: str, password: str) -> None:
    """Make the user if need be, with a password that needs no change, and put it into its group."""
    try:
        status = cognito.admin_get_user(UserPoolId=pool, Username=user)["UserStatus"]
    except cognito.exceptions.UserNotFoundException:
        status = cognito.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS")["User"][
            "UserStatus"
        ]
    if status != "CONFIRMED":
        cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)

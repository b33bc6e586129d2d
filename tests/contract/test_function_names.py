"""A function whose name begins with ``url``: what is asked about it is not taken for a question about a URL."""

from __future__ import annotations

import boto3
import pytest

from rehearsal.cloud.emulator import REGION, Emulator

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("name", ["url-shortener-Api", "urls", "curl"])
def test_aliases_and_urls_of_a_function_are_found_whatever_its_name_begins_with(
    emulated_aws: Emulator, name: str
) -> None:
    client = boto3.Session("test", "test", region_name=REGION).client("lambda", endpoint_url=emulated_aws.endpoint)
    client.create_function(
        FunctionName=name,
        PackageType="Image",
        Code={"ImageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/app:1"},
        Role="arn:aws:iam::000000000000:role/any",
    )
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version, Description="of mine")
    assert client.get_alias(FunctionName=name, Name="live")["Description"] == "of mine"
    assert client.get_function(FunctionName=name, Qualifier="live")["Configuration"]["FunctionName"] == name
    made = client.create_function_url_config(FunctionName=name, AuthType="NONE", Qualifier="live")
    found = client.get_function_url_config(FunctionName=name, Qualifier="live")
    assert found["FunctionUrl"] == made["FunctionUrl"]
    client.delete_function(FunctionName=name)

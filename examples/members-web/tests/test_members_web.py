import json

import boto3
import pytest
from members.members_app import handler as members
from memberskit.members import Member, NoMemberError, Table, member
from moto import mock_aws
from page.page_app import handler as show
from page.page_app import page

from report.app import handler as report
from report.figures import figures

ADA = {"email": "Ada@example.org", "name": "Ada", "joined": "2025-03-01"}
BOB = {"email": "bob@example.com", "name": "bob <b>", "joined": "2026-01-31"}


@pytest.fixture
def table(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MEMBERS_TABLE", "members")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="members",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "email", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "email", "KeyType": "HASH"}],
        )
        yield Table()


def join(document):
    answer = members({"resource": "/members", "body": json.dumps(document)}, None)
    return answer["statusCode"], json.loads(answer["body"])


def test_who_joins_is_on_the_page_and_in_the_report(table):
    assert join(ADA) == (201, {"email": "ada@example.org"})
    assert join(BOB)[0] == 201
    assert join(ADA | {"name": "Ada Lovelace"})[0] == 201, "the same address is the same member"
    assert {each.email for each in table.all()} == {"ada@example.org", "bob@example.com"}
    html = show({"resource": "/members"}, None)["body"]
    assert "<h1>2 members</h1>" in html
    assert "Ada Lovelace, since 2025" in html
    counted = json.loads(report({"resource": "/report"}, None)["body"])
    assert counted == {"members": 2, "joined": {"2025": 1, "2026": 1}, "domains": 2}


def test_a_table_of_more_than_one_page_is_read_whole(table):
    for number in range(120):
        table.put(Member(f"m{number}@example.org", "x" * 20_000, "2026-01-01"))
    assert len(list(table.all())) == 120


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"email": "ada"}, "email is no address"),
        ({"name": " "}, "name is missing"),
        ({"joined": "last year"}, "joined is no date"),
    ],
)
def test_who_is_no_member_is_refused(change, why):
    with pytest.raises(NoMemberError, match=why):
        member(ADA | change)
    status, answer = join(ADA | change)
    assert status == 400
    assert why in answer["error"]


def test_a_name_is_text_on_the_page_and_an_address_is_not_shown():
    html = page([member(BOB), member(ADA)])
    assert html.index("Ada") < html.index("bob &lt;b&gt;")
    assert "example" not in html


def test_without_members_there_are_no_figures():
    assert figures([]) == {"members": 0, "joined": {}, "domains": 0}


def test_both_are_healthy():
    assert members({"resource": "/health"}, None)["statusCode"] == 200
    assert report({"resource": "/report/health"}, None)["statusCode"] == 200

"""The made-up members: always the same, shaped like real ones, never anybody real."""

from collections import Counter
from decimal import Decimal

from boto3.dynamodb.types import TypeSerializer

from function.seeding.member_attributes import NEWEST
from function.seeding.members import COUNT, members

EVERYONE = list(members())


def kinds(attribute: str) -> set[str]:
    """The DynamoDB types that an attribute has among all members."""
    serialize = TypeSerializer().serialize
    return {next(iter(serialize(member[attribute]))) for member in EVERYONE if attribute in member}


def test_members_are_the_same_every_time_and_whatever_the_count() -> None:
    assert list(members()) == EVERYONE
    assert list(members(count=7)) == EVERYONE[:7]


def test_another_seed_gives_other_members() -> None:
    assert list(members(count=7, seed=1)) != EVERYONE[:7]


def test_there_are_1228_members_with_an_id_of_their_own() -> None:
    assert COUNT == len(EVERYONE) == len({member["member_id"] for member in EVERYONE}) == 1228


def test_there_are_about_45_attributes_and_many_are_missing_somewhere() -> None:
    present = Counter(name for member in EVERYONE for name in member)

    assert 40 <= len(present) <= 50
    assert sum(count < COUNT for count in present.values()) >= 15


def test_every_dynamodb_type_occurs() -> None:
    assert set().union(*(kinds(name) for name in set().union(*EVERYONE))) >= {
        "S",
        "N",
        "BOOL",
        "NULL",
        "B",
        "M",
        "L",
        "SS",
        "NS",
    }


def test_one_attribute_is_a_number_for_some_and_text_for_others() -> None:
    assert kinds("legacy_number") == {"N", "S"}


def test_some_numbers_need_more_than_64_bits_and_some_are_fractions() -> None:
    assert any(member.get("mandate", 0) > 2**63 for member in EVERYONE)
    assert any(member["balance"] != int(member["balance"]) for member in EVERYONE)


def test_mail_addresses_phone_numbers_and_accounts_cannot_be_anybodys() -> None:
    assert all(member.get("email", "@example.org").endswith("@example.org") for member in EVERYONE)
    assert all(member.get("phone", "+3160").startswith("+3160") for member in EVERYONE)
    assert all(member.get("iban", "NL00TEST").startswith("NL00TEST") for member in EVERYONE)


def test_nobody_joins_before_birth_or_leaves_before_joining_or_later_than_the_data() -> None:
    for member in EVERYONE:
        assert member.get("birth_date", "") < member["joined_on"] <= member.get("left_on", "9999")
        assert max(member["joined_on"], member.get("left_on", "")) <= NEWEST.isoformat()
        assert ("left_on" in member) == (member["status"] == "ended")


def test_fees_are_exact_decimals() -> None:
    assert all(isinstance(member["fee"], Decimal) for member in EVERYONE)

"""Tokens with which a machine acts for a team."""

import pytest

from audits.models import ApiToken
from audits.models.errors import Refused
from audits.models.tokens import MOST


@pytest.fixture
def issued(harbour, alice):
    return ApiToken.objects.issue(harbour, "  Deploy   pipeline ", by=alice)


def test_key_is_long_random_and_told_once(issued, harbour, alice):
    token, key = issued

    assert key.startswith("cs_")
    assert len(key) == 46
    assert key != ApiToken.objects.issue(harbour, "Other", by=alice)[1]
    assert key not in str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert token.hint == key[:8]
    assert token.name == "Deploy pipeline"


def test_key_finds_its_token(issued):
    token, key = issued

    assert ApiToken.objects.authenticate(key) == token


@pytest.mark.parametrize(
    "change", [str.upper, lambda key: key + "x", lambda key: key[:-1], lambda key: ""]
)
def test_no_other_key_does(issued, change):
    assert ApiToken.objects.authenticate(change(issued[1])) is None


def test_hash_of_a_key_is_no_key(issued):
    assert ApiToken.objects.authenticate(issued[0].key_sha256) is None


def test_revoked_key_finds_nothing(issued, alice):
    token, key = issued

    token.revoke(by=alice)

    assert ApiToken.objects.authenticate(key) is None


def test_revoking_twice_is_told_once(issued, harbour, alice):
    for _ in range(2):
        issued[0].revoke(by=alice)

    assert harbour.events.filter(verb="token.revoked").count() == 1


def test_activity_tells_who_issued_and_revoked_it(issued, harbour, alice):
    token, key = issued
    token.revoke(by=alice)

    sentences = [event.sentence for event in harbour.events.order_by("id")][-2:]
    assert sentences == [
        f"issued the API token “Deploy pipeline” ({key[:8]}…)",
        f"revoked the API token “Deploy pipeline” ({key[:8]}…)",
    ]


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "x" * 61])
def test_name_must_be_one(harbour, alice, name):
    with pytest.raises(Refused):
        ApiToken.objects.issue(harbour, name, by=alice)


def test_team_has_only_so_many_that_work(harbour, alice):
    tokens = [ApiToken.objects.issue(harbour, f"Token {n}", by=alice)[0] for n in range(MOST)]
    with pytest.raises(Refused, match=f"at most {MOST} tokens"):
        ApiToken.objects.issue(harbour, "One more", by=alice)

    tokens[0].revoke(by=alice)

    assert ApiToken.objects.issue(harbour, "One more", by=alice)

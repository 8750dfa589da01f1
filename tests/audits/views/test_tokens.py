"""The page of a team's API tokens."""

import pytest

from audits.models import ApiToken
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def page_of(harbour) -> str:
    return f"/teams/{harbour.pk}/tokens/"


def test_owner_is_shown_the_key_of_a_new_token_once(browser, alice, page_of):
    client = browser(alice)

    response = client.post(page_of, {"name": "Pipeline"})

    key = next(word for word in Page(response).text.split() if word.startswith("cs_"))
    assert ApiToken.objects.authenticate(key).name == "Pipeline"
    assert "no-store" in response["Cache-Control"]
    assert key not in client.get(page_of).content.decode()
    assert key[:8] in Page(client.get(page_of)).text


@pytest.mark.parametrize("name", ["", "x" * 61, "a\u202eb"])
def test_token_needs_a_name(browser, alice, page_of, name):
    response = browser(alice).post(page_of, {"name": name})

    assert response.status_code == 422
    assert not ApiToken.objects.exists()


def test_owner_revokes_a_token(browser, alice, harbour, page_of):
    token, key = ApiToken.objects.issue(harbour, "Pipeline", by=alice)

    response = browser(alice).post(f"{page_of}{token.pk}/revoke/", follow=True)

    assert "Its key opens nothing now." in Page(response).text
    assert ApiToken.objects.authenticate(key) is None


def test_token_of_another_team_cannot_be_revoked(browser, mallory, alice, harbour):
    token, key = ApiToken.objects.issue(harbour, "Pipeline", by=alice)
    reef = mallory.teams.get()

    response = browser(mallory).post(f"/teams/{reef.pk}/tokens/{token.pk}/revoke/")

    assert response.status_code == 404
    assert ApiToken.objects.authenticate(key)


@pytest.mark.parametrize("who", ["ed", "noor", "vic"])
def test_only_owners_see_tokens(browser, request, page_of, harbour, who):
    client = browser(request.getfixturevalue(who))

    assert client.get(page_of).status_code == 403
    assert page_of not in Page(client.get(harbour.get_absolute_url())).links()


def test_token_of_who_left_the_team_is_marked(browser, alice, noor, harbour, page_of):
    harbour.memberships.get(user=noor).change_role("owner", by=alice)
    ApiToken.objects.issue(harbour, "Pipeline", by=noor)
    harbour.memberships.get(user=noor).end(by=alice)

    assert "Noor Haddad left the team" in Page(browser(alice).get(page_of)).text


def test_page_costs_the_same_with_many_tokens(browser, alice, harbour, page_of):
    ApiToken.objects.issue(harbour, "One", by=alice)
    before = queries_of(browser(alice), page_of)

    for name in ("Two", "Three"):
        ApiToken.objects.issue(harbour, name, by=alice)

    assert queries_of(browser(alice), page_of) == before

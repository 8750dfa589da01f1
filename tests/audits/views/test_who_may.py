"""Every route of the site, as everybody who might try it."""

import pytest
from django.urls import reverse

from tests.audits.views.markup import HTMX, Page
from tests.audits.views.routes import (
    ALL,
    API,
    API_PUBLIC,
    API_READS,
    API_WRITES,
    FORMS,
    FREE_FORMS,
    OURS,
    PUBLIC,
    READS,
    REQUESTS,
    SCHEMAS,
    SPEAKS,
    STREAMS,
    WRITES,
)
from tests.audits.worlds import share

LOOKS = READS | FORMS
SENDS = FORMS | WRITES | REQUESTS | SPEAKS
ACCOUNT = {name for name, route in ALL.items() if route.noun == "account"}
GUARDED = sorted(set(ALL) - PUBLIC - STREAMS - SCHEMAS - ACCOUNT - API)


share(globals(), "things", "mallory")


def sign_in_and_back_to(path: str) -> str:
    return f"{reverse('account_login')}?next={path}"


def address_of(name: str, things) -> str:
    if name in OURS:
        return things.address(name)
    item = things.answer.item
    keys = {"slug": item.edition.checklist.slug, "version": item.edition.version, "ref": item.ref}
    keys["format"] = "json"
    return reverse(name, kwargs={param: keys[param] for param in ALL[name].params})


def statuses(client, method: str, things, names) -> dict[str, int]:
    """Route -> what it answers. Of many routes at once, where no answer changes anything."""
    ask = getattr(client, method)
    return {name: ask(things.address(name)).status_code for name in sorted(names)}


def test_every_route_says_who_may_use_it():
    declared = [PUBLIC, READS, REQUESTS, SPEAKS, FORMS, FREE_FORMS, WRITES]

    assert sorted(name for names in declared for name in names) == sorted(OURS)


def test_every_route_of_the_api_says_what_it_does():
    declared = [API_PUBLIC, API_READS, API_WRITES]

    assert sorted(name for names in declared for name in names) == sorted(API)


def test_nobody_signed_in_is_sent_to_sign_in_and_back(things, client):
    paths = [address_of(name, things) for name in GUARDED]

    told = {path: client.get(path) for path in paths}

    assert {path: (each.status_code, each.get("Location")) for path, each in told.items()} == {
        path: (302, sign_in_and_back_to(path)) for path in paths
    }


def test_form_sent_after_the_session_ended_leads_back_to_the_page_that_it_stood_on(things, client):
    headers = {"Referer": "http://testserver/projects/?show=open"}

    told = {
        name: client.post(things.address(name), headers=headers)["Location"]
        for name in SENDS | FREE_FORMS
    }

    assert told == dict.fromkeys(told, sign_in_and_back_to("/projects/%3Fshow%3Dopen"))


def test_htmx_without_a_session_leaves_for_sign_in_as_a_whole_page(things, client):
    page = things.audit.get_absolute_url()
    headers = HTMX | {"HX-Current-URL": f"http://testserver{page}?show=open"}

    told = {
        name: client.get(address_of(name, things), headers=headers).get("HX-Redirect")
        for name in GUARDED
    }

    assert told == dict.fromkeys(told, sign_in_and_back_to(f"{page}%3Fshow%3Dopen"))


def test_page_of_another_site_is_nowhere_to_go_back_to(things, client):
    headers = HTMX | {"HX-Current-URL": "https://evil.example/audits/"}

    response = client.post(things.address("answer-state"), headers=headers)

    assert response["HX-Redirect"] == sign_in_and_back_to("/")


@pytest.mark.parametrize("address", ["http://testserver//evil.example/", "http://[", "//x", ""])
def test_malformed_address_is_nowhere_to_go_back_to(things, client, address):
    headers = HTMX | {"HX-Current-URL": address}

    response = client.post(things.address("answer-state"), headers=headers)

    assert response["HX-Redirect"] == sign_in_and_back_to("/")


def test_stranger_finds_nothing_of_another_team(things, browser, mallory):
    told = statuses(browser(mallory), "get", things, LOOKS - {"project-list"})

    assert told == dict.fromkeys(told, 404)


def test_stranger_can_send_nothing_to_another_team(things, browser, mallory):
    told = statuses(browser(mallory), "post", things, SENDS)

    assert told == dict.fromkeys(told, 404)


def test_stranger_reads_nothing_of_another_team_at_home(things, browser, mallory):
    response = browser(mallory).get("/")

    assert things.project.name not in Page(response).text


def test_viewer_reads_everything(things, browser, vic):
    told = statuses(browser(vic), "get", things, READS)

    assert told == dict.fromkeys(told, 200)


def test_viewer_is_not_even_shown_a_form(things, browser, vic):
    told = statuses(browser(vic), "get", things, FORMS)

    assert told == dict.fromkeys(told, 403)


def test_viewer_is_told_in_a_sentence_why_nothing_was_changed(things, browser, vic):
    why, client = "Your role in this team does not let you do that: ask an", browser(vic)

    answers = {name: client.post(things.address(name)) for name in FORMS | WRITES}

    told = {name: (each.status_code, why in Page(each).text) for name, each in answers.items()}
    assert told == dict.fromkeys(told, (403, True))


def test_viewer_is_told_in_the_live_region_when_htmx_asks(things, browser, vic):
    response = browser(vic).post(things.address("answer-state"), headers=HTMX)

    page = Page(response)
    assert response.status_code == 403
    assert response["HX-Reswap"] == "none"
    assert page.all("div", **{"hx-swap-oob": "beforeend:#alerts"})
    assert "Your role in this team does not let you do that" in page.text


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_viewer_may_have_the_report(things, browser, vic, name):
    response = browser(vic).post(things.address(name))

    assert response["Location"] == things.report.get_absolute_url()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_takes_no_other_method(things, browser, alice, method):
    told = statuses(browser(alice), method, things, READS)

    assert told == dict.fromkeys(told, 405)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_writing_takes_post_alone(things, browser, alice, method):
    told = statuses(browser(alice), method, things, WRITES | REQUESTS | {"theme-set"})

    assert told == dict.fromkeys(told, 405)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_form_is_shown_and_taken_and_nothing_else(things, browser, alice, method):
    told = statuses(browser(alice), method, things, FORMS | FREE_FORMS)

    assert told == dict.fromkeys(told, 405)


def test_member_who_left_finds_nothing_at_once(things, browser, vic):
    client = browser(vic)
    assert client.get(things.address("audit-detail")).status_code == 200
    things.own.end(by=vic)

    told = statuses(client, "get", things, {name for name in LOOKS if OURS[name].params})

    assert told == dict.fromkeys(told, 404)

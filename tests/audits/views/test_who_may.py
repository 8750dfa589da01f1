"""Every route of the site, as everybody who might try it."""

import pytest
from django.urls import reverse

from tests.audits.views.markup import HTMX, Page
from tests.audits.views.routes import (
    ALL,
    FORMS,
    FREE_FORMS,
    OURS,
    PUBLIC,
    READS,
    REQUESTS,
    SCHEMAS,
    WRITES,
)

LOOKS = READS | FORMS
SENDS = FORMS | WRITES | REQUESTS
ACCOUNT = {name for name, route in ALL.items() if route.noun == "account"}
GUARDED = sorted(set(ALL) - PUBLIC - SCHEMAS - ACCOUNT)


def sign_in_and_back_to(path: str) -> str:
    return f"{reverse('account_login')}?next={path}"


def address_of(name: str, things) -> str:
    if name in OURS:
        return things.address(name)
    item = things.answer.item
    keys = {"slug": item.edition.checklist.slug, "version": item.edition.version, "ref": item.ref}
    keys["format"] = "json"
    return reverse(name, kwargs={param: keys[param] for param in ALL[name].params})


def test_every_route_says_who_may_use_it():
    declared = [PUBLIC, READS, REQUESTS, FORMS, FREE_FORMS, WRITES]

    assert sorted(name for names in declared for name in names) == sorted(OURS)


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_signed_in_is_sent_to_sign_in_and_back(things, client, name):
    path = address_of(name, things)

    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"] == sign_in_and_back_to(path)


@pytest.mark.parametrize("name", sorted(SENDS | FREE_FORMS))
def test_form_sent_after_the_session_ended_leads_back_to_the_page_that_it_stood_on(
    things, client, name
):
    page = "/projects/?show=open"

    response = client.post(things.address(name), headers={"Referer": f"http://testserver{page}"})

    assert response["Location"] == sign_in_and_back_to("/projects/%3Fshow%3Dopen")


@pytest.mark.parametrize("name", GUARDED)
def test_htmx_without_a_session_leaves_for_sign_in_as_a_whole_page(things, client, name):
    page = things.audit.get_absolute_url()
    headers = HTMX | {"HX-Current-URL": f"http://testserver{page}?show=open"}

    response = client.get(address_of(name, things), headers=headers)

    assert response["HX-Redirect"] == sign_in_and_back_to(f"{page}%3Fshow%3Dopen")


def test_page_of_another_site_is_nowhere_to_go_back_to(things, client):
    headers = HTMX | {"HX-Current-URL": "https://evil.example/audits/"}

    response = client.post(things.address("answer-state"), headers=headers)

    assert response["HX-Redirect"] == sign_in_and_back_to("/")


@pytest.mark.parametrize("address", ["http://testserver//evil.example/", "http://[", "//x", ""])
def test_malformed_address_is_nowhere_to_go_back_to(things, client, address):
    headers = HTMX | {"HX-Current-URL": address}

    response = client.post(things.address("answer-state"), headers=headers)

    assert response["HX-Redirect"] == sign_in_and_back_to("/")


@pytest.mark.parametrize("name", sorted(LOOKS - {"project-list"}))
def test_stranger_finds_nothing_of_another_team(things, browser, mallory, name):
    response = browser(mallory).get(things.address(name))

    assert response.status_code == 404


@pytest.mark.parametrize("name", sorted(SENDS))
def test_stranger_can_send_nothing_to_another_team(things, browser, mallory, name):
    response = browser(mallory).post(things.address(name))

    assert response.status_code == 404


def test_stranger_reads_nothing_of_another_team_at_home(things, browser, mallory):
    response = browser(mallory).get("/")

    assert things.project.name not in Page(response).text


@pytest.mark.parametrize("name", sorted(READS))
def test_viewer_reads_everything(things, browser, vic, name):
    response = browser(vic).get(things.address(name))

    assert response.status_code == 200


@pytest.mark.parametrize("name", sorted(FORMS))
def test_viewer_is_not_even_shown_a_form(things, browser, vic, name):
    response = browser(vic).get(things.address(name))

    assert response.status_code == 403


@pytest.mark.parametrize("name", sorted(FORMS | WRITES))
def test_viewer_is_told_in_a_sentence_why_nothing_was_changed(things, browser, vic, name):
    response = browser(vic).post(things.address(name))

    assert response.status_code == 403
    assert "Your role in this team does not let you do that: ask an" in Page(response).text


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
@pytest.mark.parametrize("name", sorted(READS))
def test_reading_takes_no_other_method(things, browser, alice, name, method):
    response = getattr(browser(alice), method)(things.address(name))

    assert response.status_code == 405


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
@pytest.mark.parametrize("name", sorted(WRITES | REQUESTS | {"theme-set"}))
def test_writing_takes_post_alone(things, browser, alice, name, method):
    response = getattr(browser(alice), method)(things.address(name))

    assert response.status_code == 405


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("name", sorted(FORMS | FREE_FORMS))
def test_form_is_shown_and_taken_and_nothing_else(things, browser, alice, name, method):
    response = getattr(browser(alice), method)(things.address(name))

    assert response.status_code == 405


@pytest.mark.parametrize("name", sorted({n for n in OURS if OURS[n].params} & LOOKS))
def test_member_who_left_finds_nothing_at_once(things, browser, vic, name):
    client, path = browser(vic), things.address(name)
    assert client.get(things.address("audit-detail")).status_code == 200
    things.own.end(by=vic)

    assert client.get(path).status_code == 404

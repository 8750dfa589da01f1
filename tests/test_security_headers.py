"""What every answer of the site tells the browser not to do."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as site
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import path, reverse

from audits.models import Team, User
from config import urls
from tests.audits.views.markup import HTMX, Page
from tests.audits.views.routes import ALL
from tests.devices import Device

PASSWORD = "a long walk by the harbour"
STRICT = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
}


@login_not_required
def fail(_request):
    raise RuntimeError("on purpose")


# The site's own addresses, and one that fails: for `@pytest.mark.urls(__name__)`.
urlpatterns = [path("fail/", fail), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user("alice@harbour.example", PASSWORD, name="Alice Berg")


@pytest.fixture
def harbour(alice) -> Team:
    return Team.objects.found("Harbour", by=alice)


def get(url, **more):
    return lambda client: client.get(url, **more)


ANSWERS = {
    "page": (200, get("/")),
    "partial": (200, get("/checklists/search/?q=key", headers=HTMX)),
    "account": (200, get("/account/password/change/")),
    "redirect": (302, get("/account/login/")),
    "health": (200, get("/health/live")),
    "not found": (404, get("/nowhere/")),
    "wrong method": (405, get("/theme/")),
    "bad request": (400, lambda client: client.post("/theme/", {"theme": "pink"})),
    "too large": (400, lambda client: client.post("/theme/", {"theme": "x" * 6_000_000})),
    "strange host": (400, get("/", headers={"Host": "evil.example"})),
    "invalid form": (422, lambda client: client.post("/teams/new/")),
    "failure": (500, get("/fail/")),
    "static": (200, get("/static/js/app.js")),
    "lost static": (404, get("/static/js/nowhere.js")),
}


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_forbids_what_the_site_does_not_need(client, harbour, alice, kind):
    client.force_login(alice)
    status, ask = ANSWERS[kind]

    response = ask(client)

    assert response.status_code == status
    assert set(response["Content-Security-Policy"].split("; ")) == STRICT
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_refusal_of_a_foreign_form_forbids_the_same(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post("/teams/new/", {"name": "x"})

    assert response.status_code == 403
    assert "The form has expired" in Page(response).text
    assert set(response["Content-Security-Policy"].split("; ")) == STRICT


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/audits/new/?project=1", "/audits/new/?project=1"),
        ("https://evil.example/trap", "/"),
    ],
)
def test_expired_form_leads_back_to_its_page_and_to_no_other_site(alice, referer, back):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post("/teams/new/", {"name": "x"}, headers={"Referer": referer})

    assert Page(response).all("a", href=back)
    assert "evil.example" not in response.content.decode()


def test_expired_form_is_said_in_the_live_region_when_htmx_sent_it(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post("/teams/new/", {"name": "x"}, headers=HTMX)

    assert response.status_code == 403
    assert response["HX-Reswap"] == "none"
    assert "The form has expired." in Page(response).text


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/fail/", "Something failed on the server"),
        ("/nowhere/", "This page is not here"),
    ],
)
def test_error_pages_say_what_happened(client, db, url, sentence):
    response = client.get(url)

    page = Page(response)
    assert sentence in page.text
    assert "on purpose" not in page.text
    assert page.faults == []


def test_failure_page_needs_no_database(client):
    client.cookies[site.SESSION_COOKIE_NAME] = "of-somebody"

    response = client.get("/")  # without a database this test may not even ask for the session

    assert response.status_code == 500
    assert "Something failed on the server" in Page(response).text


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, alice):
    body = {"login": alice.email, "password": PASSWORD}

    response = client.post(reverse("account_login"), body)

    session, token = response.cookies["sessionid"], response.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert token["samesite"] == "Lax"


@pytest.mark.parametrize("name", sorted(n for n, r in ALL.items() if r.noun == "account"))
@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_no_page_about_accounts_holds_a_style_or_a_script_of_its_own(client, alice, name, who):
    passkey = Device().give_to(alice)
    if who == "alice":
        RecoveryCodes.activate(alice)
        client.force_login(alice)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    values = {"key": "x", "uidb36": "x", "pk": passkey.pk}
    keys = {param: values[param] for param in values if f"{param}>" in ALL[name].path}

    response = client.get(reverse(name, kwargs=keys), follow=True)

    assert response.status_code == 200
    assert Page(response).faults == []

import pytest
from django.urls import reverse

URL = reverse("theme-set")


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_theme_is_kept_in_a_cookie_without_an_account(client, theme):
    response = client.post(URL, {"theme": theme, "next": "/account/login/?next=/audits/"})

    cookie = response.cookies["theme"]
    assert response["Location"] == "/account/login/?next=/audits/"
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (theme, True, "Lax")


@pytest.mark.django_db
def test_page_wears_the_chosen_theme(client):
    client.cookies["theme"] = "dark"

    assert b'data-theme="dark"' in client.get(reverse("account_login")).content


@pytest.mark.django_db
def test_theme_that_somebody_wrote_into_the_cookie_is_not_shown(client):
    client.cookies["theme"] = "x onload=alert(1)"

    assert b'data-theme="system"' in client.get(reverse("account_login")).content


@pytest.mark.parametrize("theme", ["", "pink", "<script>"])
def test_unknown_theme_is_refused(client, theme):
    response = client.post(URL, {"theme": theme})

    assert response.status_code == 400
    assert "theme" not in response.cookies
    assert b"<script>" not in response.content


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_theme_leads_to_no_other_site(client, goal):
    response = client.post(URL, {"theme": "dark", "next": goal})

    assert response["Location"] == "/"

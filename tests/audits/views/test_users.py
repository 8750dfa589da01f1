import pytest
from django.urls import reverse

from audits.models import SignOff, User
from tests.audits.views.markup import Page

URL = reverse("user-name")


def test_person_added_by_an_owner_chooses_their_own_name(client, ed):
    client.force_login(ed)

    response = client.post(URL, {"name": "  Edward Fox "})

    assert response.status_code == 302
    assert User.objects.get(pk=ed.pk).name == "Edward Fox"


@pytest.mark.parametrize("name", ["", " ", "x" * 151, "Ed\u202eFox", "a\0b"])
def test_name_that_cannot_stand_in_a_report_is_refused(client, ed, name):
    client.force_login(ed)

    response = client.post(URL, {"name": name})

    assert response.status_code == 422
    assert User.objects.get(pk=ed.pk).name == "Ed Fox"


def test_what_was_signed_keeps_the_name_of_then(client, sealed_audit, noor):
    client.force_login(noor)

    client.post(URL, {"name": "N. Haddad"})

    assert SignOff.objects.get().by_name == "Noor Haddad"
    (recorded,) = SignOff.objects.get().round.seal.content()["sign_offs"]
    assert recorded["by"] == "Noor Haddad"


CLOSE = reverse("user-close")


def close(client, user, password="a long walk by the harbour"):
    user.set_password("a long walk by the harbour")
    user.save()
    client.force_login(user)
    return client.post(CLOSE, {"password": password})


def test_closed_account_is_signed_out_and_in_no_team(client, audit, answer, ed, harbour):
    answer.record("done", by=ed)

    response = close(client, ed)

    ed.refresh_from_db()
    answer.refresh_from_db()
    assert response["Location"] == reverse("account_login")
    assert (ed.is_active, ed.teams.count(), answer.changed_by.name) == (False, 0, "Ed Fox")
    assert "_auth_user_id" not in client.session


def test_other_sessions_end_with_the_account(client, browser, ed):
    ed.set_password("a long walk by the harbour")
    ed.save()
    other = browser(ed)

    close(client, ed)

    assert other.get("/").status_code == 302


def test_closing_takes_the_password(client, ed):
    response = close(client, ed, password="wrong")

    assert response.status_code == 422
    assert User.objects.get(pk=ed.pk).is_active


def test_only_owner_is_told_of_which_teams(client, alice, harbour):
    response = close(client, alice)

    assert response.status_code == 422
    assert "First somebody else must own Harbour" in Page(response).text
    assert User.objects.get(pk=alice.pk).is_active

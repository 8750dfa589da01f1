import pytest
from django.urls import reverse

from audits.models import SignOff, User

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
    assert SignOff.objects.get().snapshot.content()["seal"]["by"] == "Noor Haddad"

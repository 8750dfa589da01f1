"""Sessions: a written-out statement finds the same ones as Django's own."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from audits.models import User
from config.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    store = SessionStore()
    store["theme"] = "dark"
    store.create()
    return store.session_key


def test_session_is_what_was_saved(key):
    assert SessionStore(key)["theme"] == "dark"


def test_session_takes_one_statement(key, django_assert_num_queries):
    with django_assert_num_queries(1):
        SessionStore(key).get("theme")


def test_expired_session_is_empty_and_its_key_is_not_used_again(key):
    with time_machine.travel(timezone.now() + dt.timedelta(days=15)):
        store = SessionStore(key)
        assert list(store.keys()) == []
        assert store.session_key is None


def test_key_that_nobody_gave_out_opens_nothing(key):
    store = SessionStore("guessed" * 5)
    assert (list(store.keys()), store.session_key) == ([], None)


def test_session_that_somebody_changed_in_the_database_is_empty(key):
    Session.objects.filter(pk=key).update(session_data="e30:forged:signature")
    assert list(SessionStore(key).keys()) == []


def test_person_who_may_no_longer_sign_in_is_nobody(client):
    person = User.objects.create_user("ada@harbour.example", name="Ada")
    client.force_login(person)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/").status_code == 302

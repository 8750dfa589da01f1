"""bench.sessions NUMBER, by way of bench.with_django: so many sessions of the members of the team,
as if each had signed in on that many machines; told as JSON."""

import json
import sys

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from audits.models import User
from config.sessions import SessionStore


def main(number: int) -> None:
    people = list(User.objects.filter(memberships__isnull=False).order_by("pk"))
    keys = []
    with transaction.atomic():
        for user in (people[n % len(people)] for n in range(number)):
            store = SessionStore()
            store[SESSION_KEY] = str(user.pk)
            store[BACKEND_SESSION_KEY] = "audits.authentication.AccountBackend"
            store[HASH_SESSION_KEY] = user.get_session_auth_hash()
            store.create()
            keys.append(store.session_key)
    print(json.dumps({"sessions": keys}))


main(int(sys.argv[1]))

"""bench.floor.prepare, by way of bench.with_django: tables, rows and a session, told as JSON."""

import json

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.middleware.csrf import get_token

from bench.floor.models import Row
from bench.sizes import ROWS


def main() -> None:
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.bulk_create(
        Row(title=f"Keys are kept in a secret manager, case {n}", severity="blocker")
        for n in range(1, ROWS + 1)
    )
    request = HttpRequest()
    token = get_token(request)
    cookies = {"sessionid": session(), "csrftoken": request.META["CSRF_COOKIE"]}
    print(json.dumps({"cookies": cookies, "token": token}))


def session() -> str:
    user = User.objects.create(username="alice", password="!")
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


main()

"""python -m tests.serve.acting: somebody with a connection of their own, beside the server; a
command a line as JSON in, what came of it out."""

import json
import os
import random
import subprocess
import sys
import threading

from tests.serve.served import PROJECT


class Actor:
    """That process, on an installation."""

    def __init__(self, installation: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.serve.acting"],
            cwd=PROJECT,
            env=os.environ | installation | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, act: str, *arguments: object) -> None:
        self.process.stdin.write(json.dumps([act, *arguments]) + "\n")
        self.process.stdin.flush()

    def end(self):
        line = self.process.stdout.readline()
        assert line, "it failed: see its traceback"
        return json.loads(line)

    def do(self, act: str, *arguments: object):
        self.begin(act, *arguments)
        return self.end()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(80)


def stage(people: int, items: int = 12) -> dict:
    """An audit of so many items, and people of its team with a session each; the first owns it."""
    from audits.models import Audit, Project, Team, User
    from tests.audits.helpers import build_edition

    name = f"{random.getrandbits(40):x}"
    users = [
        User.objects.create_user(f"{number}@{name}.example", name=f"Person {number}")
        for number in range(people)
    ]
    team = Team.objects.found(f"Team {name}", by=users[0])
    for user in users[1:]:
        team.admit(user, "editor")
    project = Project.objects.create(team=team, name="Launch")
    audit = Audit.objects.start(
        project, "Launch", [build_edition(f"list-{name}", items=items)], by=users[0]
    )
    return {
        "audit": str(audit.pk),
        "users": [user.pk for user in users],
        "sessions": [_session(user) for user in users],
    }


def _session(user) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from config.sessions import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "audits.authentication.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key


def write(audit: str, users: list[int], each: int) -> None:
    """A thread for each of them, with `each` writes: answers and comments."""
    threads = [
        threading.Thread(target=_write, args=[audit, user, each, number])
        for number, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _write(audit: str, user: int, each: int, seed: int) -> None:
    from django.db import connection

    from audits.models import Answer, Comment, User
    from audits.models.errors import Outdated

    by, luck = User.objects.get(pk=user), random.Random(seed)
    done = 0
    while done < each:
        answer = luck.choice(list(Answer.objects.filter(audit=audit)))
        try:
            if luck.random() < 0.3:
                Comment.objects.add(answer, f"Write {done} of {by}.", by=by)
            else:
                state = "open" if answer.state == "done" else "done"
                answer.record(state, by=by, seen_version=answer.version)
            done += 1
        except Outdated:
            continue  # somebody else was quicker
    connection.close()


def remove(audit: str, user: int) -> None:
    from audits.models import Audit

    team = Audit.objects.get(pk=audit).project.team
    owner = team.memberships.get(role="owner").user
    team.memberships.get(user=user).end(by=owner)


def demote(audit: str, user: int) -> None:
    from audits.models import Audit

    team = Audit.objects.get(pk=audit).project.team
    owner = team.memberships.get(role="owner").user
    team.memberships.get(user=user).change_role("viewer", by=owner)


def deactivate(user: int) -> None:
    from audits.models import User

    User.objects.get(pk=user).close()


def expire(session: str) -> None:
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    Session.objects.filter(pk=session).update(expire_date=timezone.now())


def sign_out(session: str) -> None:
    from config.sessions import SessionStore

    SessionStore(session).flush()


def seal(audit: str, user: int) -> None:
    """Every item is done, and that person signs for it: a report is to be made."""
    from audits.models import Audit, User
    from tests.audits import helpers

    row, by = Audit.objects.get(pk=audit), User.objects.get(pk=user)
    helpers.settle(row, by=by)
    helpers.seal(row, by=by)


def review(audit: str, user: int) -> str:
    """A review of the audit that is under way, led by that person."""
    from audits.models import Audit, User
    from tests.audits import reviewing

    return str(reviewing.running(Audit.objects.get(pk=audit), User.objects.get(pk=user)).pk)


def guest(review: str) -> list[str]:
    """A guest of it, and their session."""
    from audits.models import Review
    from config.sessions import SessionStore
    from tests.audits import reviewing

    seat = reviewing.seat(Review.objects.get(pk=review))
    store = SessionStore()
    store["guest"] = {review: [str(seat.pk), seat.link_number]}
    store.save()
    return [str(seat.pk), store.session_key]


def withdraw(participant: str) -> None:
    from django.utils import timezone

    from audits.models import Participant

    Participant.objects.filter(pk=participant).update(withdrawn_at=timezone.now())


def show(review: str, user: int, position: int) -> None:
    """The lead shows that point."""
    from audits.models import Review, User, leading

    row = Review.objects.get(pk=review)
    leading.show(row, row.points.get(position=position).pk, by=User.objects.get(pk=user))


def answers(audit: str) -> dict[str, list]:
    """Answer -> the state and the version that it has."""
    from audits.models import Answer

    rows = Answer.objects.filter(audit=audit).values_list("pk", "state", "version")
    return {str(pk): [state, version] for pk, state, version in rows}


def events(audit: str) -> int:
    from audits.models import Audit

    return Audit.objects.get(pk=audit).events_count


def attendances(review: str) -> list[list]:
    """Who was in the room, and whether they are still."""
    from audits.models import Attendance

    rows = Attendance.objects.filter(participant__review=review)
    return [[row.participant.name, row.left_at is None] for row in rows]


ACTS = {
    act.__name__: act
    for act in (stage, write, remove, demote, deactivate, expire, sign_out, review, guest)
} | {act.__name__: act for act in (seal, withdraw, show, answers, events, attendances)}


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        act, *arguments = json.loads(line)
        print(json.dumps(ACTS[act](*arguments)), flush=True)  # noqa: T201 - that is how it answers


if __name__ == "__main__":
    main()

"""What people send to propose an audit, to sign it or to refuse it, as their pages show it."""

from django.test import Client
from django.urls import reverse

from audits.models import Audit, Policy, Round, User
from audits.models.quorum import Role, Rules
from tests.audits.views.markup import Page

PASSWORD = "a long walk by the harbour"


def give_password(user: User) -> None:
    """Before they sign in: a new password ends every session."""
    user.set_password(PASSWORD)
    user.save()


def with_password(user: User) -> Client:
    """A browser in which that person is signed in, who has a password to prove it by."""
    give_password(user)
    client = Client()
    client.force_login(user)
    return client


def propose_url(audit: Audit) -> str:
    return reverse("sign-off-new", args=[audit.pk])


def proposal(client: Client, audit: Audit, **changes) -> dict:
    """What an editor sends who changed nothing on the page but `changes`."""
    page = Page(client.get(propose_url(audit)))
    said = {"decision": "go", "release": "", "statement": "", "seen": page.value("seen")}
    return said | {"condition-TOTAL_FORMS": 0, "condition-INITIAL_FORMS": 0} | changes


def rows(*conditions: dict) -> dict:
    """The rows of a conditional go, as the form names their fields."""
    named = {
        f"condition-{number}-{name}": value
        for number, condition in enumerate(conditions)
        for name, value in condition.items()
    }
    return named | {"condition-TOTAL_FORMS": len(conditions), "condition-INITIAL_FORMS": 0}


def round_url(row: Round, name: str) -> str:
    return reverse(f"round-{name}", args=[row.pk])


def signature(row: Round, **changes) -> dict:
    return {
        "role": "Approver",
        "statement": "Ready for the 1st.",
        "confirmation": row.phrase,
        "password": PASSWORD,
        "seen": row.snapshot.digest,
    } | changes


def refusal(row: Round, **changes) -> dict:
    return {
        "role": "Approver",
        "reason": "The fallback is not tested.",
        "confirmation": row.refusal_phrase,
        "password": PASSWORD,
        "seen": row.snapshot.digest,
    } | changes


def ask_for(team, *roles: str, by: User, **rules) -> None:
    """A policy of that team: one signature in each of the roles."""
    asked = tuple(Role(name) for name in roles)
    Policy.objects.change_team(team, Rules(asked, **rules), by=by)

"""What is written around a sign-off reads the same on every page, and runs on none."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Round
from audits.models.go_conditions import Asked
from audits.models.quorum import Role
from tests.audits.helpers import propose, require, sign
from tests.audits.views.markup import Page

EVIL = (
    "</textarea><script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) "
    "\u202eon si siht\u202c"
)
ROLE = "<b>Security</b>"
OF_ROUND = ("round-detail", "round-html")
OF_AUDIT = (
    "audit-detail",
    "audit-history",
    "audit-policy",
    "go-condition-list",
    "sign-off-list",
)


@pytest.fixture
def proposed(settled_audit, alice, ed) -> Round:
    settled_audit.rename("<script>alert(4)</script>", by=ed)
    require(settled_audit.project.team, Role(ROLE), by=alice)
    condition = Asked(EVIL, ed, timezone.localdate())
    return propose(
        settled_audit,
        by=ed,
        statement=EVIL,
        decision="conditional_go",
        conditions=[condition],
    )


@pytest.fixture
def signed(proposed, noor) -> Round:
    sign(proposed, by=noor, role=ROLE, statement=EVIL)
    return proposed


def reads_plainly(response) -> bool:
    page = Page(response)
    return (
        response.status_code == 200
        and not page.faults
        and "\u202e" not in page.text
        and not any(tag == "script" and not about.get("src") for tag, about in page.tags)
        and all(about.get("src") != "x" for about in page.all("img"))
    )


def test_page_on_which_one_signs(proposed, noor, browser):
    assert reads_plainly(browser(noor).get(reverse("round-detail", args=[proposed.pk])))


@pytest.mark.parametrize("name", OF_ROUND)
def test_page_of_what_was_signed(signed, vic, browser, name):
    assert reads_plainly(browser(vic).get(reverse(name, args=[signed.pk])))


@pytest.mark.parametrize("name", OF_AUDIT)
def test_page_of_a_signed_audit(signed, vic, browser, name):
    assert reads_plainly(browser(vic).get(reverse(name, args=[signed.audit_id])))


def test_page_of_the_verification(signed, client):
    assert reads_plainly(client.get(reverse("verify-digest", args=[signed.snapshot.digest])))

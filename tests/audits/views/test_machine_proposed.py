"""Probes that are run while the audit is proposed."""

import pytest

from audits.models import Audit
from tests.audits.helpers import propose
from tests.audits.saying import edition, found, probes, production, ran
from tests.audits.views.markup import HTMX, Page
from tests.audits.views.test_machine import panel

__all__ = ["edition", "probes", "production"]  # fixtures


@pytest.fixture
def proposed(audit, ed):
    return propose(audit, by=ed)


def test_proposed_audit_says_what_a_run_may_cost(production, proposed, answer, browser, ed):
    page = panel(browser(ed), answer)

    assert "A run that says something else outdates the proposal." in page.text


def test_page_that_shows_a_proposal_learns_that_a_run_outdated_it(
    production, proposed, answer, browser, ed
):
    ran(production, found("fail"))

    response = browser(ed).get(
        f"{answer.get_absolute_url()}machine/?proposed={proposed.pk}", headers=HTMX
    )

    page = Page(response)
    assert "is outdated by what the machine says now" in page.text
    assert page.all("div", id="proposal", **{"hx-swap-oob": "true"})


def test_proposal_of_another_audit_is_not_told_about(
    production, project, edition, proposed, answer, browser, ed
):
    ran(production, found("fail"))
    other = Audit.objects.start(project, "Other", [edition], by=ed).answers.get(position=1)

    response = browser(ed).get(
        f"{other.get_absolute_url()}machine/?proposed={proposed.pk}", headers=HTMX
    )

    assert "outdated" not in Page(response).text

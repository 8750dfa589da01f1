"""What holds of every page: axe finds nothing, and nothing hangs over at 360 px or 200% zoom."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import Report


def addresses(audit, sealed, answer, project, harbour, edition) -> dict[str, str]:
    item = edition.items.first()
    return {
        "home": "/",
        "team": harbour.get_absolute_url(),
        "new team": reverse("team-new"),
        "invitations": reverse("invitation-list", args=[harbour.pk]),
        "activity": reverse("team-activity", args=[harbour.pk]),
        "settings": reverse("team-settings", args=[harbour.pk]),
        "leaving": reverse("member-remove", args=[harbour.pk, harbour.memberships.first().pk]),
        "closing an account": reverse("user-close"),
        "project": project.get_absolute_url(),
        "new project": reverse("project-new", args=[harbour.pk]),
        "new audit": reverse("audit-new"),
        "load an audit": reverse("audit-load"),
        "audit": audit.get_absolute_url(),
        "unfolded": answer.get_absolute_url(),
        "nothing matches": f"{audit.get_absolute_url()}?q=nowhere",
        "seal": reverse("sign-off-new", args=[audit.pk]),
        "history": reverse("audit-history", args=[audit.pk]),
        "sealed audit": sealed.get_absolute_url(),
        "sign-offs": reverse("sign-off-list", args=[sealed.pk]),
        "reopen": reverse("audit-reopen", args=[sealed.pk]),
        "report": Report.objects.get(snapshot__audit=sealed).get_absolute_url(),
        "report in HTML": reverse(
            "report-html", args=[Report.objects.get(snapshot__audit=sealed).pk]
        ),
        "checklists": reverse("checklist-list"),
        "search": f"{reverse('checklist-search')}?q=item",
        "checklist": edition.checklist.get_absolute_url(),
        "item": item.get_absolute_url(),
        "not found": "/nowhere/",
    }


@pytest.fixture
def pages(alice, project, sealed_audit, harbour, edition, vic, noor):
    from audits.models import Audit

    audit = Audit.objects.start(project, "Second launch", [edition], by=alice)
    answer = audit.answers.first()
    return addresses(audit, sealed_audit, answer, project, harbour, edition)


def test_every_page_is_accessible(page, sign_in, alice, pages, assert_accessible, expected_errors):
    expected_errors.append("status of 404")
    sign_in(page, alice)
    for path in pages.values():
        page.goto(path)
        assert_accessible(page)


@pytest.mark.parametrize("width", [360, 640], ids=["phone", "200 % zoom of 1280"])
def test_no_page_hangs_over_sideways(page, sign_in, alice, pages, width, expected_errors):
    expected_errors.append("status of 404")
    sign_in(page, alice)
    page.set_viewport_size({"width": width, "height": 740})
    too_wide = {}
    for name, path in pages.items():
        page.goto(path)
        expect(page.locator("body")).to_be_visible()
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            too_wide[name] = overflow
    assert too_wide == {}

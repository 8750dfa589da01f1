"""What holds of every page: axe finds nothing, and nothing hangs over at 360 px or 200% zoom."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from audits.models import KeyReference, Report, obstacles
from audits.models.go_conditions import Asked
from audits.models.rollups import Sample
from audits.models.running import record
from tests.audits.helpers import propose, sign
from tests.audits.probing import FAIL
from tests.audits.reviewing import add_point, planned
from tests.audits.views.decided import ask_for


def addresses(audit, sealed, proposed, answer, project, harbour, edition, alice) -> dict[str, str]:
    item = edition.items.first()
    return {
        "home": "/",
        "team": harbour.get_absolute_url(),
        "new team": reverse("team-new"),
        "invitations": reverse("invitation-list", args=[harbour.pk]),
        "activity": reverse("team-activity", args=[harbour.pk]),
        "settings": reverse("team-settings", args=[harbour.pk]),
        "policy": reverse("team-policy", args=[harbour.pk]),
        "change the policy": reverse("team-policy-edit", args=[harbour.pk]),
        "policy of an audit": reverse("audit-policy", args=[audit.pk]),
        "tighten": reverse("audit-policy-edit", args=[audit.pk]),
        "tokens": reverse("token-list", args=[harbour.pk]),
        **reviews(audit, by=alice),
        "entry conditions and exit criteria": reverse("condition-list", args=[audit.pk]),
        "conditions of a go": reverse("go-condition-list", args=[sealed.pk]),
        "releases": reverse("release-list", args=[project.pk]),
        "leaving": reverse("member-remove", args=[harbour.pk, harbour.memberships.first().pk]),
        "closing an account": reverse("user-close"),
        "passkeys": reverse("mfa_index"),
        "project": project.get_absolute_url(),
        **probes(project, by=alice),
        "new project": reverse("project-new", args=[harbour.pk]),
        "new audit": reverse("audit-new"),
        "load an audit": reverse("audit-load"),
        "audit": audit.get_absolute_url(),
        "unfolded": answer.get_absolute_url(),
        "nothing matches": f"{audit.get_absolute_url()}?q=nowhere",
        "propose": reverse("sign-off-new", args=[audit.pk]),
        "proposed audit": proposed.audit.get_absolute_url(),
        "sign": proposed.get_absolute_url(),
        "refuse": reverse("round-refuse", args=[proposed.pk]),
        "withdraw": reverse("round-withdraw", args=[proposed.pk]),
        "what was signed": sealed.rounds.get().get_absolute_url(),
        "history": reverse("audit-history", args=[audit.pk]),
        "sealed audit": sealed.get_absolute_url(),
        "differences": reverse("audit-differences", args=[sealed.pk]),
        "differences of two audits": differences(audit, sealed),
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
        "verify": reverse("verify"),
        "verified": reverse("verify-digest", args=[sealed.snapshots.get(sealed=True).digest]),
        "not found": "/nowhere/",
    }


def reviews(audit, *, by) -> dict[str, str]:
    """One that is planned, with an agenda."""
    review = planned(audit, by, roles=["Security"])
    add_point(review, audit.answers.first())
    return {
        "reviews": reverse("review-list", args=[audit.pk]),
        "plan a review": reverse("review-new", args=[audit.pk]),
        "planned review": review.get_absolute_url(),
        "change a review": reverse("review-edit", args=[review.pk]),
        "cancel a review": reverse("review-cancel", args=[review.pk]),
    }


def probes(project, *, by) -> dict[str, str]:
    """An environment with a key, runs, and calls that latency made."""
    environment = project.environments.create(kind="production", name="eu-live")
    KeyReference.objects.add(environment, by=by, purpose="api", reference="env:CLAUDE_KEY")
    watches = {watch.probe: watch for watch in environment.watches.all()}
    run = record(watches["latency"], FAIL, by=by)
    Sample.objects.bulk_create(
        Sample(watch=run.watch, at=run.queued_at, model="m", ttft_ms=300, total_ms=900 + each)
        for each in range(30)
    )
    place = [project.pk, environment.pk]
    return {
        "environment": environment.get_absolute_url(),
        "settings of an environment": reverse("environment-edit", args=place),
        "new key": reverse("key-add", args=place),
        "ledger": reverse("ledger", args=place),
        "probe": watches["latency"].get_absolute_url(),
        "log sample": watches["log-sample"].get_absolute_url(),
        "run": run.get_absolute_url(),
        "second yes": reverse("watch-production", args=[watches["app-input"].pk]),
    }


def differences(audit, sealed) -> str:
    """An audit that began anew, beside one that is signed."""
    signed = sealed.snapshots.get(sealed=True)
    return f"{reverse('audit-differences', args=[audit.pk])}?from={signed.pk}&to=now"


def propose_on_conditions(audit, *, by):
    due = timezone.localdate()
    asked = [Asked("Close it.", by, due, each.key) for each in obstacles.of(audit)]
    return propose(audit, by=by, decision="conditional_go", conditions=asked)


@pytest.fixture
def pages(alice, project, sealed_audit, harbour, edition, vic, noor):
    from audits.models import Audit

    audit = Audit.objects.start(project, "Second launch", [edition], by=alice)
    answer = audit.answers.first()
    third = Audit.objects.start(project, "Third launch", [edition], by=alice)
    ask_for(harbour, "Engineering", "Security", "Product", by=alice)
    proposed = propose_on_conditions(third, by=alice)
    sign(proposed, by=noor, role="Security")
    return addresses(audit, sealed_audit, proposed, answer, project, harbour, edition, alice)


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


def test_tab_that_is_shown_is_in_sight_on_a_phone(page, sign_in, alice, harbour):
    sign_in(page, alice)
    page.set_viewport_size({"width": 360, "height": 740})

    page.goto(reverse("token-list", args=[harbour.pk]))

    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)

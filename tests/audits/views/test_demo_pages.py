"""Every page of the demo, which holds something of everything."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audits.models import (
    Action,
    Answer,
    Audit,
    Evidence,
    KeyReference,
    ProbeRun,
    Project,
    Report,
    Review,
    Round,
    Team,
    User,
    Watch,
)
from checklist.models import Crosswalk, Item
from tests.audits.views.markup import Page
from tests.audits.views.routes import ALL


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    call_command("load_checklists")
    call_command("load_demo")
    return User.objects.get(email="ada@harbour.example")


# Each answers something else than a page, or a page of its own kind; other tests see to them.
NO_PAGES = {"health-live", "health-ready", "metrics", "evidence-download", "report-download"}
NO_PAGES |= {"report-snapshot", "crosswalk-export"}
NO_PAGES |= {"audit-live", "review-live", "review-calendar", "review-minutes-text"}
# Of what the demo has none, or of files and forms without a page of their own.
OF_NONE = {
    *("format", "owner", "crosswalk", "token", "section", "invitation_pk", "edition_pk"),
    *("condition_pk", "tie_pk", "filter_pk", "token_pk", "number", "digest"),
    *("go_condition_pk", "sign_off_pk", "watch_pk", "channel_pk", "delivery_pk", "kind"),
    *("participant_pk", "point_pk", "poll_pk"),
}

# Of so many pages that differ in their texts alone, each fifth is looked at.
MANY = 60


def pages_of_the_demo() -> set[str]:
    """Every address that there is, of every thing that there is."""
    things: dict[str, list] = {
        "teams": [{"pk": team.pk, "team_pk": team.pk} for team in Team.objects.all()],
        "projects": [{"pk": project.pk} for project in Project.objects.all()],
        "audits": [{"pk": audit.pk} for audit in Audit.objects.all()],
        "answers": [{"audit_pk": a.audit_id, "pk": a.pk} for a in Answer.objects.all()],
        "evidence": [{"pk": evidence.pk} for evidence in Evidence.objects.all()],
        "reports": [{"pk": report.pk} for report in Report.objects.all()],
        "actions": [{"pk": each.pk} for each in Action.objects.all()],
        "reviews": [{"pk": each.pk} for each in Review.objects.all()],
        "rounds": [{"pk": each.pk} for each in Round.objects.all()],
        "watches": [{"pk": each.pk} for each in Watch.objects.all()],
        "runs": [{"pk": each.pk} for each in ProbeRun.objects.all()],
        "keys": [{"pk": each.pk} for each in KeyReference.objects.all()],
        "checklists": [
            {"slug": item.edition.checklist.slug, "version": item.edition.version, "ref": item.ref}
            for item in Item.objects.select_related("edition__checklist")
        ],
    }
    members = Team.objects.get().memberships.all()
    environments = Project.objects.filter(environments__isnull=False).values_list(
        "pk", "environments"
    )
    addresses = set()
    for name, route in ALL.items():
        if route.noun == "account" or name in NO_PAGES or OF_NONE & set(route.params):
            continue
        if route.noun in ("drafts", "invitations", "api"):
            continue
        if name == "crosswalk-detail":
            keys = [{"slug": crosswalk.slug} for crosswalk in Crosswalk.objects.all()]
        elif name == "watch-production":
            # A second yes is asked for on production alone.
            asked = Watch.objects.filter(probe="app-input", environment__kind="production")
            keys = [{"pk": each.pk} for each in asked]
        elif name == "review-minutes":
            ended = Review.objects.filter(state=Review.State.ENDED)
            keys = [{"pk": each.pk} for each in ended]
        elif "member_pk" in route.params:
            keys = [{"pk": m.team_id, "member_pk": m.pk} for m in members]
        elif "environment_pk" in route.params:
            keys = [{"pk": pk, "environment_pk": environment} for pk, environment in environments]
        else:
            keys = things.get("answers" if "audit_pk" in route.params else route.noun, [{}])
        if len(keys) > MANY:
            keys = keys[::5]
        addresses |= {reverse(name, kwargs=_only(route.params, key)) for key in keys}
    return addresses


def _only(params, key: dict) -> dict:
    return {param: key[param] for param in params}


@pytest.mark.slow
def test_no_page_of_the_demo_holds_a_style_or_a_script_of_its_own(demo):
    client = Client()
    client.force_login(demo)
    seen, faults = 0, {}

    for address in sorted(pages_of_the_demo()):
        response = client.get(address)
        assert response.status_code in (200, 302, 405, 409), address
        if response.status_code != 405 and (found := Page(response).faults):
            faults[address] = found
        seen += response.status_code == 200

    assert faults == {}
    assert seen > 2 * MANY

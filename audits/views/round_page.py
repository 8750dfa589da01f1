"""What the page of a round shows."""

from typing import Any

from django.utils import timezone

from audits.forms.sign_offs import SignForm
from audits.http import Request
from audits.models import Round, SignOff, User, policies
from audits.models.authors import main_author
from audits.models.endings import endings
from audits.models.go_conditions import of_round
from audits.models.lifecycle import RoundState
from audits.models.signoffs import roles_of, roles_to_sign
from audits.models.told_audit import told_audit
from audits.reports.changes import between
from audits.reports.summary import summarise
from audits.reports.upgrade import upgraded
from audits.views import differences
from audits.views.followed import followed
from audits.views.obstacle_groups import groups
from audits.views.seats import Seat, seats


def context_of(request: Request, row: Round, form: SignForm | None = None) -> dict[str, Any]:
    """In a constant number of queries. `form` is what was sent and not taken."""
    audit, rules = row.audit, row.rules_then
    content = row.snapshot.content()
    signed = list(row.sign_offs.select_related("by").order_by("at", "pk"))
    author = main_author(audit) if row.is_proposed else None
    found = seats(rules, signed, policies.approvers(audit.project.team), author)
    context = {
        "round": row,
        "audit": audit,
        "project": audit.project,
        "membership": audit.viewer,
        "rules": rules,
        "seats": found,
        "signatures": sum(len(seat.given) for seat in found),
        "withdrawn": [each for each in signed if each.withdrawn_at],
        "conditions": of_round(row),
        "figures": summarise(upgraded(content)).figures,
        "events": content["events"],
        "since": _since(row, content),
        "ending": endings(audit).get(row.snapshot.digest),
        **followed(audit, page=row.get_absolute_url()),
    }
    if row.is_proposed:
        return context | _to_sign(request, row, found, signed, form)
    if row.state == RoundState.OUTDATED and row.revision == audit.revision:
        context["changed"] = _changed(request, row, content)
    return context


def _to_sign(
    request: Request,
    row: Round,
    found: list[Seat],
    signed: list[SignOff],
    form: SignForm | None,
) -> dict[str, Any]:
    in_the_way = row.stand_in_the_way()
    roles = roles_to_sign(row, request.user)
    may_sign = any(request.user in seat.people for seat in found if seat.missing)
    if form is None and roles and may_sign:
        form = SignForm(
            request=request,
            roles=roles,
            phrase=row.phrase,
            initial={"seen": row.snapshot.digest},
        )
    viewer = row.audit.viewer
    own = [each for each in signed if each.by_id == request.user.pk and not each.withdrawn_at]
    return {
        "in_the_way": in_the_way,
        "groups": groups(row.audit, in_the_way),
        "form": form,
        "own": own,
        "why_not": _why_not(row, request.user, own),
        "may_refuse": bool(
            viewer and viewer.may_approve and not own and roles_of(row, request.user)
        ),
        "may_withdraw": bool(
            viewer and (viewer.may_approve or row.proposed_by_id == request.user.pk)
        ),
    }


def _why_not(row: Round, user: User, own: list[SignOff]) -> str:
    """What stands in the place of the form for who finds none."""
    if not (row.audit.viewer and row.audit.viewer.may_approve):
        return "Approvers and owners sign. Your role in this team lets you read this page."
    if not roles_of(row, user):
        return "The sign-off policy does not name you among those who sign this audit."
    if own:
        return f"You signed as {' and '.join(each.role for each in own)}."
    if row.rules_then.four_eyes and main_author(row.audit) == user.pk:
        return (
            "You gave most of the answers, and the policy asks for four eyes: somebody else has "
            "to sign."
        )
    return "Nobody more is asked to sign in a role of yours."


def _since(row: Round, content: dict[str, Any]) -> dict[str, Any] | None:
    """What changed since the revision that was decided before, as the snapshot tells it."""
    since = content.get("since")
    if not since:
        return None
    before = row.audit.snapshots.filter(sealed=True, revision=since["revision"]).first()
    if before is None:
        return None
    name = f"revision {since['revision']}"
    return differences.summary(
        since["changes"], row.audit, name, before=str(before.pk), after=str(row.snapshot_id)
    )


def _changed(request: Request, row: Round, content: dict[str, Any]) -> dict[str, Any]:
    """From what was proposed to what is there now."""
    now = told_audit(row.audit, by=request.user, at=timezone.now())
    name, before = "it was proposed", str(row.snapshot_id)
    return differences.summary(between(content, now), row.audit, name, before=before, after="now")

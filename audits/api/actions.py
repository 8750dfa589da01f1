"""The team's action items, for boards and reports elsewhere."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from ninja import Query, Router

from audits.api.known import ApiRequest, refuse_unknown
from audits.api.problems import FAILURES
from audits.api.schemas import ActionPage, ActionQuery
from audits.models import Action

A_PAGE = 100

router = Router()


@router.get(
    "/actions",
    response={200: ActionPage, **FAILURES},
    url_name="api-action-list",
    operation_id="list_actions",
)
def list_actions(request: ApiRequest, asked: Query[ActionQuery]) -> dict[str, Any]:
    """Action items of the team, those that are due first first; a hundred a page."""
    refuse_unknown(request, set(ActionQuery.model_fields))
    rows = Action.objects.filter(team=request.auth.team_id)
    if asked.state != "all":
        rows = getattr(rows, asked.state)()
    if asked.project is not None:
        rows = rows.filter(audit__project=asked.project)
    pages = Paginator(rows.for_list().order_by("due", "created_at", "pk"), A_PAGE)
    page = pages.get_page(asked.page)
    return {
        "count": pages.count,
        "page": page.number,
        "pages": pages.num_pages,
        "actions": [_action(each) for each in page],
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "id": action.pk,
        "title": action.title,
        "state": action.state,
        "owner": str(action.owner),
        "due": action.due,
        "late": action.is_late,
        "project": action.audit.project_id,
        "project_name": action.audit.project.name,
        "audit": action.audit_id,
        "audit_title": action.audit.title,
        "item": action.answer.item.ref if action.answer else None,
        "created_at": action.created_at,
        "closed_at": action.closed_at,
        "closed_by": action.closed_by_name,
        "closing": action.closing,
        "link": settings.PUBLIC_URL + action.get_absolute_url(),
    }

"""Short ways to what tests of the portfolio ask."""

from audits.models import Audit, Project
from audits.models.portfolio import Wanted, portfolio
from tests.audits.helpers import settle


def names(user, *show: str, **wanted) -> list[str]:
    return [project.name for project in portfolio(user, Wanted(frozenset(show), **wanted))]


def finish(project: Project, by) -> Audit:
    audit = project.audits.get()
    settle(audit, by=by)
    return Audit.objects.get(pk=audit.pk)

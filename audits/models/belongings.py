"""What hangs on an answer, counted: evidence and comments, whose tables know of answers."""

from typing import Any

from django.apps import apps
from django.db import models

from audits.models.expiry import CURRENT, stale


def belongings() -> dict[str, models.Subquery]:
    """`evidence_count` and `stale_count` of what backs an answer now, and `comment_count`."""
    mine = {"answer": models.OuterRef("pk")}
    return {
        "evidence_count": number_of("audits.Evidence", **mine, **CURRENT),
        "stale_count": number_of("audits.Evidence", **mine, **stale()),
        "comment_count": number_of("audits.Comment", **mine, withdrawn_at=None),
    }


def stale_evidence() -> models.QuerySet:
    return apps.get_model("audits.Evidence")._default_manager.filter(**stale())


def number_of(model: str, **conditions: Any) -> models.Subquery:
    """How many such rows there are: a subquery, since two joins would multiply."""
    counted = apps.get_model(model)._default_manager.filter(**conditions).order_by()
    # Count would group, and have no row for none.
    number = models.Func("pk", function="COUNT", output_field=models.IntegerField())
    return models.Subquery(counted.values(number=number))

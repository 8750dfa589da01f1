"""Why something is talked about in a review, and what is decided on it."""

from django.db import models


class PointKind(models.TextChoices):
    BLOCKER = "blocker", "Open blocker"
    CONFLICT = "conflict"
    PROBE = "probe", "Failing or stale probe"
    ACCEPTANCE = "acceptance", "Accepted risk"
    EVIDENCE = "evidence", "Stale evidence"
    CRITERION = "criterion", "Exit criterion"
    CHANGE = "change", "Changed since the last review"
    CONDITION = "condition", "Condition of the go left open"
    ACTION = "action", "Action item left open"
    DEFERRED = "deferred"
    TOPIC = "topic"


# What burns most comes first.
HEAT = (
    PointKind.DEFERRED,
    PointKind.BLOCKER,
    PointKind.CONFLICT,
    PointKind.CRITERION,
    PointKind.PROBE,
    PointKind.ACCEPTANCE,
    PointKind.EVIDENCE,
    PointKind.CONDITION,
    PointKind.ACTION,
    PointKind.CHANGE,
    PointKind.TOPIC,
)


class PointDecision(models.TextChoices):
    FIX = "fix", "Fix before launch"
    ACCEPT = "accept", "Accept the risk"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    DONE = "done", "Done"
    DEFER = "defer", "Defer"

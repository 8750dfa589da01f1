"""Tables and the rules of their rows; one file per noun."""

from audits.models.answers import Answer
from audits.models.audits import Audit, AuditEdition
from audits.models.comments import Comment
from audits.models.conditions import Condition
from audits.models.drafts import Draft
from audits.models.events import Event
from audits.models.evidence import Evidence
from audits.models.filters import SavedFilter
from audits.models.heartbeats import Heartbeat
from audits.models.invitations import Invitation
from audits.models.projects import Environment, Project
from audits.models.reports import Report
from audits.models.signoffs import SignOff
from audits.models.snapshots import Snapshot
from audits.models.team_events import TeamEvent
from audits.models.teams import Membership, Team
from audits.models.ties import Tie
from audits.models.users import User

__all__ = [
    "Answer",
    "Audit",
    "AuditEdition",
    "Comment",
    "Condition",
    "Draft",
    "Environment",
    "Event",
    "Evidence",
    "Heartbeat",
    "Invitation",
    "Membership",
    "Project",
    "Report",
    "SavedFilter",
    "SignOff",
    "Snapshot",
    "Team",
    "TeamEvent",
    "Tie",
    "User",
]

"""Tables and the rules of their rows; one file per noun."""

from audits.models.actions import Action
from audits.models.agenda import AgendaPoint
from audits.models.alerting import Alerting
from audits.models.alerts import Alert
from audits.models.answers import Answer
from audits.models.attendance import Attendance
from audits.models.audits import Audit, AuditEdition
from audits.models.call_rows import CircuitBreaker, LedgerEntry, RateWindow
from audits.models.channels import Channel
from audits.models.comments import Comment
from audits.models.conditions import Condition
from audits.models.deliveries import Delivery
from audits.models.drafts import Draft
from audits.models.environments import Environment
from audits.models.events import Event
from audits.models.evidence import Evidence
from audits.models.filters import SavedFilter
from audits.models.go_conditions import GoCondition
from audits.models.heartbeats import Heartbeat
from audits.models.invitations import Invitation
from audits.models.keys import KeyReference
from audits.models.participants import Participant
from audits.models.policies import Policy
from audits.models.polls import Poll, Vote
from audits.models.presence import Presence
from audits.models.projects import Project
from audits.models.readings import Reading
from audits.models.releases import Release
from audits.models.reminders import Reminder
from audits.models.reports import Report, ReportFile
from audits.models.reviews import Review
from audits.models.roll_call import Word
from audits.models.rollups import RolledUp, Rollup, Sample
from audits.models.rounds import Round
from audits.models.runs import ProbeRun
from audits.models.seals import Seal
from audits.models.signoffs import SignOff
from audits.models.snapshots import Snapshot
from audits.models.team_events import TeamEvent
from audits.models.teams import Membership, Team
from audits.models.ties import Tie
from audits.models.tokens import ApiToken
from audits.models.users import User
from audits.models.watches import Watch

__all__ = [
    "Action",
    "AgendaPoint",
    "Alert",
    "Alerting",
    "Answer",
    "ApiToken",
    "Attendance",
    "Audit",
    "AuditEdition",
    "Channel",
    "CircuitBreaker",
    "Comment",
    "Condition",
    "Delivery",
    "Draft",
    "Environment",
    "Event",
    "Evidence",
    "GoCondition",
    "Heartbeat",
    "Invitation",
    "KeyReference",
    "LedgerEntry",
    "Membership",
    "Participant",
    "Policy",
    "Poll",
    "Presence",
    "ProbeRun",
    "Project",
    "RateWindow",
    "Reading",
    "Release",
    "Reminder",
    "Report",
    "ReportFile",
    "Review",
    "RolledUp",
    "Rollup",
    "Round",
    "Sample",
    "SavedFilter",
    "Seal",
    "SignOff",
    "Snapshot",
    "Team",
    "TeamEvent",
    "Tie",
    "User",
    "Vote",
    "Watch",
    "Word",
]

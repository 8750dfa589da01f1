"""What the API takes and answers. It takes nothing that it does not know, and guesses no type."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

# As long as the column of a release; white space at its ends is no part of a name.
ReleaseName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)
]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewRelease(Strict):
    name: ReleaseName = Field(description="A version or a commit SHA.", examples=["v1.4.0"])


class Ended(Strict):
    """A sign-off or a proposal that was for another release, and holds no longer."""

    audit: UUID
    title: str
    revision: int
    release: str


class ReleaseOut(Strict):
    project: UUID
    name: str
    at: dt.datetime
    by: str
    ended: list[Ended] = Field(description="What this release ended; empty when it was known.")


class SignOffQuery(Strict):
    """Which sign-off is asked for."""

    # Whoever sends a query string sends words, so the identifier is read from one.
    model_config = ConfigDict(extra="forbid", strict=False)

    release: ReleaseName = Field(description="The version or commit SHA that is to go out.")
    audit: UUID | None = Field(None, description="One audit of the project instead of all.")


class SignedBy(Strict):
    name: str
    role: str
    at: dt.datetime


class Conditions(Strict):
    """Of a conditional go."""

    open: int
    late: int


class Decided(Strict):
    """The last decision on an audit."""

    audit: UUID
    title: str
    revision: int
    decision: Literal["go", "conditional_go", "no_go"]
    in_force: bool
    why_not: str = Field(description="A sentence; empty where it is in force.")
    digest: str = Field(description="SHA-256, in hex, of the snapshot that was signed.")
    release: str
    release_bound: bool
    decided_at: dt.datetime
    valid_until: dt.date | None
    conditions: Conditions
    signed_by: list[SignedBy]


class SignOffState(Strict):
    project: UUID
    release: str
    in_force: bool = Field(description="Whether at least one sign-off is in force for it.")
    reason: str = Field(description="A sentence that says why, or why not.")
    conditions_late: int = Field(description="Of the sign-offs in force.")
    audits: list[Decided]


class Fault(Strict):
    where: str
    what: str


class Problem(Strict):
    """Any answer that is no success."""

    error: str = Field(description="A sentence for people.")
    faults: list[Fault] = Field([], description="What was wrong with what was sent, and where.")


class ActionQuery(Strict):
    """Which action items are asked for."""

    model_config = ConfigDict(extra="forbid", strict=False)

    state: Literal["open", "late", "closed", "all"] = "open"
    project: UUID | None = Field(None, description="Of one project instead of all.")
    page: int = Field(1, ge=1, le=100_000)


class ActionOut(Strict):
    """What somebody is to do, and until when."""

    id: UUID
    title: str
    state: Literal["open", "done", "dropped"]
    owner: str
    due: dt.date = Field(description="The last good day, in UTC.")
    late: bool
    project: UUID
    project_name: str
    audit: UUID
    audit_title: str
    item: str | None = Field(description="The id of the item that it is about, if of one.")
    created_at: dt.datetime
    closed_at: dt.datetime | None
    closed_by: str
    closing: str = Field(description="What was done, or why it was dropped.")
    link: str


class ActionPage(Strict):
    count: int
    page: int
    pages: int
    actions: list[ActionOut]

"""What a rule says when it refuses: words for the person, a status for the browser."""


class RuleBroken(Exception):
    """A verb that the rules refuse; `str(error)` is a sentence for people, `status` is HTTP's."""

    status = 409


class AuditSealed(RuleBroken):
    def __init__(self, revision: int):
        super().__init__(
            f"Revision {revision} of this audit is sealed, so nothing in it can change. "
            "An approver can reopen it as the next revision."
        )


class AuditOpen(RuleBroken):
    def __init__(self) -> None:
        super().__init__("This audit is open already; there is nothing to reopen.")


class NotProposed(RuleBroken):
    """A round of sign-off that is over; `state` says how it ended."""

    def __init__(self, state: str, revision: int):
        super().__init__(
            f"The proposal of revision {revision} is {state}, so nobody can sign, refuse or "
            "withdraw anything in it. The audit's sign-offs show how it stands now."
        )


class Outdated(RuleBroken):
    """Somebody else changed the row after the page was made."""

    def __init__(self, by: str, what: str = "this answer"):
        super().__init__(
            f"{by or 'Somebody'} changed {what} after your page was loaded. "
            "Nothing of yours was saved; look at the change and decide again."
        )


class NotAllowed(RuleBroken):
    status = 403


class Refused(RuleBroken):
    """Input that does not meet a rule; `field` names the form's field where there is one."""

    status = 422

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.field = field


class OffAgenda(Refused):
    """Somebody took the point off that this is about."""

    def __init__(self) -> None:
        super().__init__("It is no longer on the agenda: load the page again.")

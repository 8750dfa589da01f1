"""What the probes of the API share: the Admin API and its pages, and faults put into findings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from audits.probes.base import Finding, Target
from audits.probes.claude_errors import ApiFault, ClaudeFault
from audits.probes.hearing import Hearing
from audits.probes.reading import Odd, mapping, rows, text

if TYPE_CHECKING:
    from audits.probes.claude import Claude
    from audits.probes.tools import Tools

MOST_PAGES = 20
Params = Sequence[tuple[str, str]]
ADMIN_STEP = (
    "Add the reference of an Admin key to the environment's settings (Console, Settings, Admin "
    "keys; organizations have them, individual accounts do not), or attach {instead} as evidence."
)


class _Asking(Protocol):
    how: str
    seconds: int


Run = TypeVar("Run", bound=Callable[..., Finding])


def answered(run: Run) -> Run:
    """A fault becomes a finding: an error when the API failed or spoke in riddles, inconclusive
    when the call was never made. The last answer goes into the finding."""

    def in_words(self: _Asking, target: Target, tools: "Tools") -> Finding:
        try:
            return run(self, target, tools)
        except ApiFault as fault:
            return Finding.error(fault.says, how=self.how, next_step=fault.next_step)
        except ClaudeFault as fault:
            return Finding.inconclusive(fault.says, next_step=fault.next_step, how=self.how)
        except Odd as odd:
            return Finding.error(
                f"The API's answer is not as documented: {odd}",
                how=self.how,
                next_step="Check the API's base URL in the environment's settings; if it is "
                "right, run the probe again.",
            )

    @wraps(run)
    def heard(self: _Asking, target: Target, tools: "Tools") -> Finding:
        hearing = Hearing(self.seconds)
        finding = in_words(self, target, replace(tools, claude=hearing.to(tools.claude)))
        return finding if finding.answer else replace(finding, answer=hearing.last)

    return cast(Run, heard)


def admin(target: Target, tools: "Tools") -> "Claude | None":
    """A client with the Admin key, which belongs to no workspace; None without such a key."""
    if target.admin_key is None:
        return None
    return tools.claude(replace(target, workspace_id=""), (target.admin_key,))


def by_id(claude: "Claude", path: str, params: Params = ()) -> Iterator[dict[str, Any]]:
    """Every row of a list that is paged by `after_id`. Odd when there is no end to it."""
    after: tuple[tuple[str, str], ...] = ()
    for _ in range(MOST_PAGES):
        page = claude.get(path, (*params, ("limit", "100"), *after)).json
        yield from rows(page)
        if mapping(page).get("has_more") is not True:
            return
        after = (("after_id", text(page, "last_id")),)
    raise Odd(f"{path} has more than {MOST_PAGES} pages.")


def by_page(
    claude: "Claude", path: str, params: Params, *, beta: str = ""
) -> Iterator[dict[str, Any]]:
    """Every row of a list that is paged by `page`. Odd when there is no end to it."""
    page: tuple[tuple[str, str], ...] = ()
    for _ in range(MOST_PAGES):
        answer = claude.get(path, (*params, *page), beta=beta).json
        yield from rows(answer)
        following = text(answer, "next_page", "")
        if not following:
            return
        page = (("page", following),)
    raise Odd(f"{path} has more than {MOST_PAGES} pages.")

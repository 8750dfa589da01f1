"""Once an audit is sealed, every way to write into it is shut."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import (
    Answer,
    Audit,
    AuditEdition,
    Comment,
    Event,
    Evidence,
    Round,
    SignOff,
    Snapshot,
)
from audits.models.snapshots import state_seen
from tests.audits.helpers import seal
from tests.audits.views.markup import HTMX, Page
from tests.audits.views.routes import FORMS, OURS, PAST_THE_SEAL, WRITES

SHUT = sorted(
    name
    for name in (FORMS | WRITES) - PAST_THE_SEAL
    if OURS[name].noun in ("audits", "evidence", "rounds")
)
SENTENCE = "Revision 1 of this audit is sealed, so nothing in it can change."


def good_body(name: str, audit: Audit) -> dict:
    """What the route would take of an open audit."""
    return {
        "answer-state": {"state": "not_applicable", "reason": "Not here."},
        "answer-accept": {},
        "answer-many": {"change": "state", "state": "open", "item": "1.1"},
        "answer-plan": {"due": dt.date(2099, 1, 1)},
        "answer-run": {},
        "answer-attach": {"run": UUID(int=1)},
        "answer-severity": {"severity": "minor", "severity_reason": "Few use it."},
        "audit-policy-edit": {"version": 0, "name_0": "Approver", "count_0": 2},
        "audit-rename": {"title": "Another title"},
        "audit-move": {"seen": audit.events_head},
        "comment-add": {"text": "One more word."},
        "condition-settle": {"state": "met", "version": 1},
        "event-undo": {},
        "evidence-add": {"kind": "file", "file": SimpleUploadedFile("a.txt", b"more")},
        "evidence-remove": {"reason": "Wrong file."},
        "evidence-replace": {"kind": "note", "text": "Newer.", "version": 1},
        "evidence-expiry": {"expires_on": dt.date(2099, 1, 1)},
        "evidence-items": {"answer": audit.answers.get(position=2).pk},
        "tie-add": {},
        "tie-part": {"at": audit.answers.get(position=1).pk},
        "tie-join": {"lead": audit.answers.get(position=1).pk},
        "tie-take": {"at": audit.answers.get(position=1).pk},
        "review-new": {},
        "sign-off-new": {"decision": "go", "seen": state_seen(audit)},
        "sign-off-withdraw": {},
        "round-sign": {"role": "Approver", "confirmation": f"sign revision {audit.revision}"},
        "round-refuse": {"role": "Approver", "reason": "After all, no."},
        "round-withdraw": {"reason": "Not yet."},
    }[name]


def everything() -> list:
    tables = [Audit, AuditEdition, Answer, Comment, Event, Evidence, Round, SignOff, Snapshot]
    rows = [list(table.objects.order_by("pk").values()) for table in tables]
    return [rows, sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())]


def test_sealed_audit_refuses_what_it_took_before_and_says_so(things, browser, alice):
    before, client = everything(), browser(alice)

    for name in SHUT:
        response = client.post(things.address(name), good_body(name, things.audit))

        assert (name, response.status_code) == (name, 409)
        assert SENTENCE in Page(response).text, name
        assert everything() == before, name


def test_sealed_audit_refuses_before_it_looks_at_what_was_sent(things, browser, alice):
    client, body = browser(alice), {"version": "x", "kind": "x"}

    told = {name: client.post(things.address(name), body).status_code for name in SHUT}

    assert told == dict.fromkeys(SHUT, 409)


def test_row_of_a_sealed_audit_stays_where_it_is_under_htmx(things, browser, alice):
    client = browser(alice)

    for name in sorted(set(SHUT) & WRITES):
        body = good_body(name, things.audit)
        response = client.post(things.address(name), body, headers=HTMX)

        page = Page(response)
        assert (name, response.status_code) == (name, 409)
        assert response["HX-Reswap"] == "none", name
        assert page.all("div", **{"hx-swap-oob": "beforeend:#alerts"}), name
        assert SENTENCE in page.text, name


def test_form_that_could_not_be_saved_is_not_shown(things, browser, alice):
    client, forms = browser(alice), set(SHUT) & FORMS

    told = {name: client.get(things.address(name)).status_code for name in forms}

    assert told == dict.fromkeys(forms, 409)


def test_page_of_a_sealed_audit_holds_no_form_that_writes(things, browser, alice):
    response = browser(alice).get(things.address("answer-detail"))

    shut = {things.address(name) for name in SHUT}
    actions = {form.get("action") for form in Page(response).all("form")}
    assert not actions & shut


def test_sealed_page_leads_back_to_where_one_came_from(things, browser, alice):
    page = things.audit.get_absolute_url()

    response = browser(alice).post(
        things.address("comment-add"), headers={"Referer": f"http://testserver{page}"}
    )

    assert page in Page(response).links()


def test_answer_that_was_sealed_while_its_page_was_open_is_not_changed(
    settled_audit, answer, browser, ed, noor
):
    seal(settled_audit, by=noor)

    response = browser(ed).post(f"{answer.get_absolute_url()}state/", {"state": "open"})

    assert response.status_code == 409
    assert audit_answer_state(answer) == "done"


def audit_answer_state(answer) -> str:
    return Answer.objects.get(pk=answer.pk).state

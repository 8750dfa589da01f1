"""What the closest neighbours get wrong, each tried on this product."""

import contextlib
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from audits.models import Audit, Evidence, Report, SignOff
from audits.reports.fetching import FetchFault, Wanted, fetch
from tests.audits.everything import everything
from tests.audits.helpers import propose
from tests.audits.views.decided import proposal, propose_url, round_url, signature, with_password


def url(name: str, *args) -> str:
    return reverse(name, args=[getattr(each, "pk", each) for each in args])


# 1. A locked audit accepts a PATCH that unlocks it and changes other fields in the same request.


def test_locked_audit_is_not_unlocked_and_changed_by_one_request(sealed_audit, browser, alice):
    client = browser(alice)
    before = everything()

    response = client.post(
        url("audit-rename", sealed_audit),
        {"title": "Other", "state": "open", "revision": 2, "reason": "Open it."},
    )

    assert response.status_code == 409
    assert everything() == before


def test_reopening_changes_nothing_else_in_the_same_request(sealed_audit, browser, alice):
    browser(alice).post(
        url("audit-reopen", sealed_audit),
        {"reason": "Another look.", "title": "Other", "answer": "open", "revision": 7},
    )

    after = Audit.objects.get(pk=sealed_audit.pk)
    assert (after.state, after.revision, after.title) == ("open", 2, "First launch")
    assert not after.answers.exclude(state="done").exists()


# 2. Approval sets a boolean; no content hash says what was approved.


def test_approval_holds_the_digest_of_what_was_approved(settled_audit, noor):
    client = with_password(noor)
    row = propose(settled_audit, by=noor)

    client.post(round_url(row, "sign"), signature(row))

    given = SignOff.objects.get()
    assert given.digest == hashlib.sha256(bytes(row.snapshot.data)).hexdigest()
    assert row.seal.content()["sign_offs"][0]["digest"] == given.digest


@pytest.mark.parametrize("seen", ["", "f" * 64])
def test_approval_of_another_digest_or_of_none_is_refused(settled_audit, noor, seen):
    client = with_password(noor)
    row = propose(settled_audit, by=noor)

    response = client.post(round_url(row, "sign"), signature(row, seen=seen))

    assert response.status_code in (409, 422)
    assert not SignOff.objects.exists()


# 3. Evidence can change after sign-off.


WRITES = {
    "evidence-remove": {"reason": "Wrong file."},
    "evidence-replace": {"kind": "note", "text": "Newer.", "version": 1},
    "evidence-expiry": {"expires_on": "2099-01-01"},
    "evidence-items": {"answer": 1},
}


@pytest.mark.parametrize("name", WRITES)
def test_evidence_does_not_change_after_the_sign_off(sealed_audit, browser, alice, name):
    client, file = browser(alice), Evidence.objects.get(kind="file")
    before = everything()

    response = client.post(url(name, file), WRITES[name])

    assert response.status_code == 409
    assert everything() == before


def test_evidence_that_changes_in_the_next_revision_leaves_the_signed_one_as_it_was(
    sealed_audit,
    browser,
    alice,
):
    signed, file = sealed_audit.snapshots.get(), Evidence.objects.get(kind="file")
    browser(alice).post(url("audit-reopen", sealed_audit), {"reason": "Another look."})
    browser(alice).post(url("evidence-remove", file), {"reason": "Wrong file."})

    answer = sealed_audit.snapshots.get().content()["editions"][0]["sections"][0]["items"][0]
    assert sealed_audit.snapshots.get().digest == signed.digest
    assert answer["answer"]["evidence"][2]["sha256"] == file.sha256
    assert answer["answer"]["evidence"][2]["removed"] is None


# 4. A refused export answers with 200.


EXPORTS = {
    "audit-export": lambda audit: (audit, "yaml"),
    "report-download": lambda audit: (Report.objects.get(),),
    "report-snapshot": lambda audit: (Report.objects.get(),),
    "report-html": lambda audit: (Report.objects.get(),),
    "evidence-download": lambda audit: (Evidence.objects.get(kind="file"),),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_refused_export_never_answers_200(sealed_audit, browser, mallory, name):
    response = browser(mallory).get(url(name, *EXPORTS[name](sealed_audit)))

    assert response.status_code == 404
    assert "First launch" not in response.content.decode()


def test_export_that_is_not_there_yet_never_answers_200(sealed_audit, browser, vic):
    response = browser(vic).get(url("report-download", Report.objects.get()))

    assert response.status_code == 409


# 5. The guard against requests to inner addresses checks a name that is then resolved again. Here
# a name is resolved once, each redirect anew (tests/audits/net/test_allowed.py tries both), and
# who stamps times sends nobody anywhere.


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody to an inner address, and counts who comes there."""

    inner: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/inner":
            self.inner.append(self.path)
        self.send_response(307)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/inner")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args) -> None:
        pass


@contextlib.contextmanager
def elsewhere():
    handler = type("Handler", (Elsewhere,), {"inner": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", handler.inner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("body", [None, b"a question"])
def test_address_that_sends_us_to_an_inner_one_is_not_followed(body):
    with elsewhere() as (address, inner):
        with pytest.raises(FetchFault):
            fetch(address, Wanted(seconds=5), body=body)

        assert inner == []


# 6. No optimistic locking.


def test_of_two_who_answer_one_page_the_second_is_told(settled_audit, answer, browser, ed, alice):
    version = settled_audit.answers.get(pk=answer.pk).version
    at = f"{answer.get_absolute_url()}state/"
    said = {"reason": "Not here.", "version": version}

    first = browser(ed).post(at, {"state": "not_applicable"} | said)
    second = browser(alice).post(at, {"state": "open"} | said)

    assert (first.status_code < 400, second.status_code) == (True, 409)
    assert settled_audit.answers.get(pk=answer.pk).state == "not_applicable"


def test_proposal_of_what_changed_since_the_page_was_loaded_is_told(
    settled_audit,
    answer,
    browser,
    ed,
    alice,
):
    client = browser(alice)
    body = proposal(client, settled_audit)
    answer.record("not_applicable", by=ed, reason="Not here.")

    response = client.post(propose_url(settled_audit), body)

    assert response.status_code == 409
    assert not settled_audit.rounds.exists()


def test_signature_on_what_changed_since_the_page_was_loaded_is_told(
    settled_audit, answer, ed, noor
):
    client = with_password(noor)
    row = propose(settled_audit, by=ed)
    body = signature(row)
    answer.record("not_applicable", by=ed, reason="Not here.")

    response = client.post(round_url(row, "sign"), body)

    assert response.status_code == 409
    assert not SignOff.objects.exists()

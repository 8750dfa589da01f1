"""The page of the signatures: who signed what, how they proved it, and what it was worth."""

import re
from html import unescape

import pytest

from audits.reports.html import render_html
from tests.audits.reports.signing import (
    VERIFY_AT,
    condition_of_the_go,
    embedded_seal,
    format_2,
    proposal,
    sealed,
    sign_off,
)
from tests.audits.reports.snapshots import (
    answer,
    digest_of,
    edition,
    item,
    policy,
    sample,
    snapshot,
)


def page(report, seal=None):
    return render_html(report, digest_of(report), seal=seal, stylesheet_href="/report.css")


def part(html, name):
    """What the section with this id says, without marks."""
    found = re.search(rf'<section class="page[^"]*" id="{name}".*?</section>', html, re.DOTALL)
    return words(found[0])


def cover(html):
    return words(html.partition('<div class="verdict">')[2].partition("</header>")[0])


def words(html):
    apart = re.sub(r"</(?:td|th|p|li|h\d|div)>|<br>", " ", html)
    return " ".join(unescape(re.sub("<[^>]+>", "", apart)).split())


def proposed(decision="go", *conditions, **changes):
    done = edition(item(answer=answer("done")))
    return snapshot(done, proposal=proposal(decision, *conditions), **changes)


def sign_off_page(report, *sign_offs, **changes):
    return part(page(report, sealed(report, *sign_offs, **changes)), "sign-off")


def test_each_person_stands_with_role_server_time_statement_and_digest():
    report = proposed()

    text = sign_off_page(report, sign_off("Mei Tanaka", "On-call", at="2026-11-21T09:44:02Z"))

    assert "Mei Tanaka On-call mei@harbour.example" in text
    assert "Signed: go 21 Nov 2026, 09:44:02 UTC" in text
    assert "approve the launch." in text
    assert f"signed the snapshot {digest_of(report)}" in text


@pytest.mark.parametrize(
    ("method", "said"),
    [("password", "by entering the password again"), ("passkey", "with a passkey")],
)
def test_it_says_how_a_person_proved_who_they_are(method, said):
    assert f"Confirmed {said} ·" in sign_off_page(proposed(), sign_off(method=method))


def test_a_refusal_comes_first_with_its_reason():
    refusal = sign_off("Noor Haddad", decision="no_go", statement="No alert has **ever** fired.")

    text = sign_off_page(proposed(), sign_off("Ada Park", "Engineering"), refusal)

    assert text.startswith("Sign-off No-go. Refused by Noor Haddad after 1 signature,")
    assert "Refused 21 Nov 2026, 09:12:07 UTC No alert has ever fired." in text
    assert text.index("Who refused") < text.index("Who had signed before")


def test_a_refusal_is_valid_until_nothing():
    report = proposed()
    html = page(report, sealed(report, sign_off(decision="no_go"), valid_until=None))

    assert "Valid until" not in cover(html) + part(html, "sign-off")


def test_conditions_of_the_go_name_owner_day_and_what_they_cover():
    report = proposed("conditional_go", condition_of_the_go(covers="1 Item 1 holds"))

    html = page(report, sealed(report, sign_off(decision="conditional_go")))

    text = part(html, "sign-off")
    assert "1 Ship the circuit breaker Covers 1 Item 1 holds" in text
    assert "Jonas Lindqvist 15 Dec 2026" in text
    assert 'Covers <a href="#edition-1-item-1">' in html


def test_a_condition_may_cover_what_the_report_does_not_have():
    report = proposed("conditional_go", condition_of_the_go(covers="Z9 Gone"))

    assert "Covers Z9 Gone" in sign_off_page(report, sign_off(decision="conditional_go"))


def test_policy_is_told_in_words():
    asked = policy(("Security", 1, ["Noor Haddad", "Mei Tanaka", "Ada Park"]), ("Product", 2, []))

    text = sign_off_page(proposed(policy=asked))

    assert "Security: 1 signature, of Noor Haddad, Mei Tanaka or Ada Park." in text
    assert "Product: 2 signatures, of any approver or owner of the team." in text
    assert "Four eyes: nobody signs in two roles" in text
    assert "A sign-off holds for 180 days. A new release ends it before." in text
    assert "A conditional go may be given." in text


def test_a_lax_policy_is_told_as_lax():
    lax = policy(four_eyes=False, valid_days=None, release_bound=False, conditional=False)

    text = sign_off_page(proposed(policy=lax))

    assert "Four eyes are not asked for" in text
    assert "A sign-off holds without an end. A new release does not end it." in text
    assert "A go is given without conditions or not at all." in text


def test_obstacles_and_who_gave_the_answers_are_listed():
    obstacle = {"kind": "evidence", "title": "A3 Keys", "detail": "Good until 1 Nov 2026."}
    answered = [{"name": "Ada Park", "items": 14}, {"name": "Mei Tanaka", "items": 1}]

    text = sign_off_page(proposed(obstacles=[obstacle], answered_by=answered))

    assert "Stale evidence on a blocker A3 Keys Good until 1 Nov 2026." in text
    assert "Ada Park 14 items · Mei Tanaka 1 item" in text


def test_very_many_blockers_are_listed_once_in_the_summary():
    blockers = [{"kind": "blocker", "title": f"B{n} Open", "detail": ""} for n in range(13)]
    other = {"kind": "chain", "title": "Event 3", "detail": "It is missing."}

    html = page(proposed(obstacles=[*blockers, other]))

    text = part(html, "sign-off")
    assert "Open blocker 13 items, each listed under “What is blocking”" in text
    assert "B7 Open" not in text
    assert "Damage of the chain of events Event 3" in text
    assert 'id="blocking"' in html


def test_a_draft_says_that_nobody_signed_and_who_would_have_to():
    text = part(page(sample()), "sign-off")

    assert "Nobody has signed. This is a draft" in text
    assert "Signatures still to be asked for Engineering: 1 signature" in text
    assert "Who signed" not in text


def test_a_proposal_says_that_nobody_signed_and_who_is_asked():
    html = page(proposed(release="v1.4.0"))

    text = part(html, "sign-off")
    assert "Nobody has signed. A go was proposed 21 Nov 2026, 04:34 UTC by Ada Park." in text
    assert "Signatures still asked for Engineering: 1 signature" in text
    assert "Go for the release v1.4.0" in text
    assert 'data-mark="PROPOSED"' in html


def test_cover_names_signers_release_validity_and_the_short_digest():
    report = proposed(release="v1.4.0")

    text = cover(page(report, sealed(report, sign_off("Mei Tanaka", "On-call"))))

    assert "Signed by Mei Tanaka On-call" in text
    assert "Valid until 20 May 2027" in text
    assert "Release v1.4.0" in text
    assert f"(short: {digest_of(report)[:12]})" in text


def test_cover_of_many_signers_says_how_many_more_there_are():
    report = proposed()
    signers = [sign_off(f"Person {n}", f"Role {n}") for n in range(1, 9)]

    text = cover(page(report, sealed(report, *signers)))

    assert "Person 6" in text
    assert "Person 7" not in text
    assert "and 2 more, all of them under Sign-off" in text


def test_qr_code_leads_to_the_public_page_and_says_so_in_words():
    report = proposed()
    address = f"{VERIFY_AT}{digest_of(report)}/"

    html = page(report, sealed(report))

    assert f"<title>QR code that leads to {address}</title>" in html
    assert f'<a class="digest" href="{address}">{address}</a>' in html


def test_there_is_no_qr_code_without_a_page_that_it_could_lead_to():
    report = proposed()

    assert 'class="qr"' not in page(report)
    assert 'class="qr"' not in page(report, sealed(report, verify_at="javascript:alert(1)//"))


def test_a_seal_of_another_snapshot_is_refused():
    with pytest.raises(ValueError, match="The seal is of the snapshot"):
        page(proposed(), sealed(proposed(release="other")))


def test_how_to_check_names_the_page_the_command_and_pdfsig():
    report = proposed()

    text = part(page(report, sealed(report)), "verify")

    assert "python -m audits.reports.verify report.pdf --trust certificate.pem" in text
    assert "pdfsig report.pdf" in text
    assert f"{VERIFY_AT}{digest_of(report)}/" in text


def test_a_draft_promises_no_signature_to_check():
    assert "pdfsig" not in part(page(sample()), "verify")


def test_history_goes_on_with_the_events_of_the_seal():
    report = proposed()
    seal = sealed(report)

    text = part(page(report, seal), "history")

    assert "6 events up to the snapshot" in text
    assert "The seal holds 2 further events" in text
    assert text.index(report["events"]["head"]) < text.index(seal["events"]["head"])
    assert seal["history"][-1]["hash"][:10] in text


def test_an_old_seal_is_told_as_a_signature_without_a_policy():
    old = format_2(proposed(), seal=embedded_seal())

    text = part(page(old), "sign-off")

    assert "Noor Haddad Approver noor@harbour.example Signed: go" in text
    assert "this revision is older than sign-off policies" in text
    assert "What stood against a go" not in text

"""Alerts by mail, against a server that takes it, puts it off, refuses it, or breaks off."""

import pytest

from tests.audits.alerting import execute


@pytest.mark.parametrize(
    ("place", "answer", "state"),
    [
        ("CONNECT", "421 Busy", "waiting"),
        ("CONNECT", "", "waiting"),
        ("MAIL", "451 Later", "waiting"),
        ("MAIL", "550 Not you", "failed"),
        ("DATA-END", "452 Full", "waiting"),
        ("DATA-END", "554 No", "failed"),
        ("DATA-END", "", "unknown"),
        ("DATA-END", "take", "unknown"),
    ],
)
def test_what_a_mail_server_does_means(to_mail, mail, place, answer, state):
    mail.plan(place, answer)

    delivery = execute(to_mail)

    assert delivery.state == state
    assert len(mail.mails) == (answer == "take")


def test_mail_that_was_put_off_arrives_with_the_next_attempt(to_mail, mail):
    mail.plan("DATA-END", "451 Greylisted")

    delivery = execute(to_mail, times=2)

    assert (delivery.state, len(mail.mails)) == ("sent", 1)


@pytest.mark.parametrize(("codes", "state"), [((450, 450), "waiting"), ((550, 550), "failed")])
def test_every_recipient_refused_is_no_mail(to_mail, mail, codes, state):
    mail.plan("RCPT", *(f"{code} No" for code in codes))

    assert execute(to_mail).state == state
    assert not mail.mails


def test_who_left_the_team_gets_no_mail(to_mail, mail, harbour, alice, noor):
    harbour.memberships.get(user=noor).end(by=alice)

    execute(to_mail)

    assert [recipients for recipients, _ in mail.mails] == [["alice@harbour.example"]]

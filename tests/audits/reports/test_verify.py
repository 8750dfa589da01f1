import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from audits.reports.keys import KeyFault
from audits.reports.signing import sign
from audits.reports.verify import verify


def failed(found):
    return [check.name for check in found.checks if not check.passed]


def test_a_sealed_report_is_valid_to_whom_trusts_its_certificate(sealed, identity):
    found = verify(sealed, [identity.pem])
    assert (found.status, found.exit_status) == ("valid", 0)
    assert not failed(found)


def test_it_tells_who_signed_what_in_which_role_and_when(sealed, identity):
    told = verify(sealed, [identity.pem]).sealed
    assert (told.title, told.revision, told.decision) == (
        "Support assistant, first launch",
        1,
        "go",
    )
    [sign_off] = told.sign_offs
    assert (sign_off.by, sign_off.role, sign_off.at) == (
        "Noor Haddad",
        "Security",
        "2026-11-21T09:12:07Z",
    )


def test_it_tells_whose_certificate_signed(sealed, identity):
    signer = verify(sealed, [identity.pem]).signer
    assert (signer.subject, signer.fingerprint) == ("CN=Countersign", identity.fingerprint)


def test_without_a_trusted_certificate_it_is_intact_but_nobodys(sealed):
    found = verify(sealed)
    assert (found.status, failed(found)) == ("unverifiable", ["trust"])
    assert found.sealed


def test_several_certificates_may_be_trusted(sealed, stranger, identity):
    assert verify(sealed, [stranger.pem, identity.pem]).status == "valid"
    assert verify(sealed, [stranger.pem + identity.pem]).status == "valid"


def test_somebody_of_the_same_name_is_not_trusted(sealed, stranger):
    found = verify(sealed, [stranger.pem])
    assert (found.status, failed(found)) == ("unverifiable", ["trust"])


def test_what_a_stranger_signed_is_not_opened(unsigned, stranger, identity, now, monkeypatch):
    monkeypatch.setattr("audits.reports.verify.Inside", None)
    found = verify(sign(unsigned, stranger, reason="Go", at=now), [identity.pem])
    assert (found.status, failed(found), found.sealed) == ("unverifiable", ["trust"], None)


def test_a_draft_is_not_verifiable(unsigned, identity):
    found = verify(unsigned, [identity.pem])
    assert (found.status, failed(found)) == ("unverifiable", ["file"])
    assert "draft" in found.summary


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"hello", b"\0" * 1000, b"PK\x03\x04"])
def test_what_is_no_report_is_not_verifiable(data, identity):
    assert verify(data, [identity.pem]).status == "unverifiable"


def test_what_was_appended_is_seen(sealed, identity):
    assert verify(sealed + b"\n", [identity.pem]).status == "altered"


def test_inside_an_event_loop_it_finds_the_same(sealed, identity):
    async def inside():
        return verify(sealed, [identity.pem])

    with ThreadPoolExecutor() as pool:  # the browser's driver may run a loop in this one
        found = pool.submit(lambda: asyncio.run(inside())).result()
    assert found.status == "valid"


def test_what_is_no_certificate_cannot_be_trusted(sealed):
    with pytest.raises(KeyFault, match="no certificate"):
        verify(sealed, [b"hello"])

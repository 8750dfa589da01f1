import base64
import datetime as dt
import socket
import ssl

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes

from audits.reports import keys
from audits.reports.signing import SigningFault, sign
from audits.reports.timestamps import Authority, TimestampFault
from audits.reports.verify import verify
from tests.audits.net.servers import nobody
from tests.audits.reports.authorities import DAY
from tests.audits.reports.stamping import StampingServer, drip


@pytest.fixture
def seal(unsigned, identity, now):
    """Seals the report with a time-stamp of the authority that is given."""

    def seal(authority):
        return sign(unsigned, identity, reason="Go", at=now, level="B-T", timestamper=authority)

    return seal


def test_the_stamp_says_when_and_by_whom(seal, authority, identity, clocks, clock):
    began = dt.datetime.now(dt.UTC)
    found = verify(seal(authority), [identity.pem], timestamp_trust=[clocks.pem])
    assert found.status == "valid"
    [stamp] = found.stamps
    # It is told in whole seconds.
    assert began.replace(microsecond=0) <= stamp.at <= dt.datetime.now(dt.UTC)
    assert (
        stamp.authority.fingerprint == clock.holder.certificate.fingerprint(hashes.SHA256()).hex()
    )


def test_one_question_is_asked_with_a_nonce_and_for_the_certificates(seal, authority, clock):
    clock.queries = []
    clock.behaviour = lambda handler, query: (
        clock.queries.append(tsp.TimeStampReq.load(query)),
        handler.answer(200, clock.stamp(query)),
    )
    seal(authority)
    [query] = clock.queries
    assert query["nonce"].native > 2**40
    assert query["cert_req"].native


def test_a_stamp_of_somebody_unknown_is_no_proof(seal, authority, identity, harbour):
    found = verify(seal(authority), [identity.pem], timestamp_trust=[harbour.pem])
    assert found.status == "unverifiable"
    assert "does not lead to one that you trust" in found.summary


def test_who_vouches_for_time_vouches_for_no_signature(unsigned, clocks, identity, now):
    holder = clocks.issue("Customer of the clock")
    signed = sign(unsigned, keys.from_pem(holder.pem, holder.key_pem()), reason="Go", at=now)
    assert verify(signed, [identity.pem], timestamp_trust=[clocks.pem]).status == "unverifiable"


def test_a_password_is_sent_as_basic_authentication_and_shown_nowhere(clock, clocks, seal):
    url = clock.url.replace("//", "//harbour:p%40ss@")
    authority = Authority(url, [clocks.certificate])
    seal(authority)
    [(_, headers)] = clock.requests
    assert base64.b64decode(headers["Authorization"].split()[1]) == b"harbour:p@ss"
    clock.behaviour = lambda handler, _: handler.answer(401, b"")
    with pytest.raises(TimestampFault, match="status 401") as caught:
        seal(authority)
    assert "p%40ss" not in f"{caught.value} {authority!r}"
    assert "p@ss" not in f"{caught.value} {authority!r}"


def refusal(clock):
    """What OpenSSL says to a digest that it does not stamp."""
    query = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha1"},
                "hashed_message": b"x" * 20,
            },
        }
    )
    return clock.stamp(query.dump())


def yesterdays(clock):
    """A good stamp, of another question."""
    query = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"x" * 32,
            },
            "nonce": 7,
            "cert_req": True,
        }
    )  # fmt: skip
    return clock.stamp(query.dump())


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        (lambda c: lambda h, _: h.answer(500, b"no"), "status 500"),
        (lambda c: lambda h, _: h.answer(302, b"", Location=c.url), "status 302"),
        (lambda c: lambda h, _: h.answer(200, b"<html>", "text/html"), "answered with text/html"),
        (lambda c: lambda h, _: h.answer(200, b"hello"), "something that is no time-stamp"),
        (lambda c: lambda h, _: h.answer(200, b""), "something that is no time-stamp"),
        (lambda c: lambda h, _: h.answer(200, b"0" * 70_000), "more than 65536 bytes"),
        (lambda c: lambda h, q: h.answer(200, c.stamp(q)[:-1]), "no time-stamp"),
        (lambda c: lambda h, q: h.answer(200, c.stamp(q)[:-9] + b"x" * 9), "does not belong to"),
        (lambda c: lambda h, _: h.answer(200, refusal(c)), "refused: rejection"),
        (lambda c: lambda h, _: h.answer(200, yesterdays(c)), "answered another question"),
    ],
    ids=["500", "redirect", "html", "garbage", "empty", "huge", "cut", "forged", "refusal",
         "replay"],
)  # fmt: skip
def test_an_authority_that_fails(seal, authority, clock, behaviour, text):
    clock.behaviour = behaviour(clock)
    with pytest.raises(TimestampFault, match=text) as caught:
        seal(authority)
    assert str(caught.value).startswith("The time-stamp authority 127.0.0.1 ")


def test_an_authority_that_never_ends(seal, clock, clocks):
    clock.behaviour = drip
    with pytest.raises(TimestampFault, match="did not answer within 2 s"):
        seal(Authority(clock.url, [clocks.certificate], seconds=2))


def test_an_authority_that_is_not_there(seal, clocks):
    with nobody() as port, pytest.raises(TimestampFault, match="Connection refused"):
        seal(Authority(f"http://127.0.0.1:{port}/", [clocks.certificate]))


def test_an_authority_that_is_somebody_else(seal, clock, harbour):
    with pytest.raises(TimestampFault, match="signs as CN=Clock, but its certificate does not"):
        seal(Authority(clock.url, [harbour.certificate]))


def test_an_authority_whose_tls_nobody_vouches_for(seal, clocks, harbour, tmp_path):
    holder = harbour.issue("127.0.0.1")
    server = StampingServer(clocks.issue("Clock", stamps=True), tmp_path / "tls")
    (tmp_path / "tls.pem").write_bytes(holder.pem + holder.key_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    with pytest.raises(TimestampFault, match="does not hold: unable to get local issuer"):
        seal(Authority(server.url.replace("http:", "https:"), [clocks.certificate]))
    server.stop()


def test_no_proxy_of_the_environment_is_asked(seal, authority, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    seal(authority)


@pytest.mark.parametrize("url", ["ftp://tsa.example.org", "file:///etc/passwd", "", "http://"])
def test_what_is_no_address(url):
    with pytest.raises(TimestampFault, match="no http or https address"):
        Authority(url, [])


def test_without_an_authority_nothing_is_connected_to(unsigned, identity, now, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", None)
    monkeypatch.setattr(socket, "getaddrinfo", None)
    signed = sign(unsigned, identity, reason="Go", at=now)
    assert verify(signed, [identity.pem]).status == "valid"


class TestForTheLongTerm:
    """B-LTA: what validates seal and stamps is in the report."""

    @pytest.fixture
    def archive(self, unsigned, authority, harbour, now):
        def archive(identity):
            return sign(
                unsigned, identity, reason="Go", at=now, level="B-LTA", timestamper=authority,
                trust=[harbour.certificate],
            )  # fmt: skip

        return archive

    def test_a_seal_outlives_its_certificate(self, archive, operator, harbour, clocks):
        archived = archive(operator)
        later = operator.certificate.not_valid_after_utc + DAY
        found = verify(archived, [harbour.pem], timestamp_trust=[clocks.pem], at=later)
        assert found.status == "valid", found.summary

    def test_without_a_stamp_it_does_not(self, unsigned, operator, harbour, now):
        signed = sign(unsigned, operator, reason="Go", at=now)
        found = verify(signed, [harbour.pem], at=operator.certificate.not_valid_after_utc + DAY)
        assert found.status == "unverifiable"
        assert "not valid at that time" in found.summary

    def test_a_revoked_certificate_seals_nothing(self, archive, operator, issuing, clock):
        clock.files["/list.crl"] = issuing.revocations(operator)
        with pytest.raises(SigningFault, match="revoked"):
            archive(operator)

    def test_a_list_within_the_report_is_believed(
        self, unsigned, operator, issuing, harbour, now, monkeypatch
    ):
        revoked = issuing.revocations(operator)
        monkeypatch.setattr("audits.reports.verify.Inside.revocation", lambda _: ([revoked], []))
        signed = sign(unsigned, operator, reason="Go", at=now)
        found = verify(signed, [harbour.pem])
        assert found.status == "unverifiable"
        assert "its certificate was revoked" in found.summary

    def test_a_list_that_is_not_there_seals_nothing(self, archive, operator, clock):
        clock.files.clear()
        with pytest.raises(SigningFault, match="could not be signed"):
            archive(operator)

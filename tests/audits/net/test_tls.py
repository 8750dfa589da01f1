"""TLS: whom the door believes, and what it tells of a certificate."""

import datetime as dt
import socket
import ssl
import warnings

import pytest

from audits.net.door import Door, DoorFault, Fault
from audits.net.wire import trusting
from tests.audits.net.servers import (
    LOOPBACK,
    PATIENT,
    QUICK,
    answer,
    deaf,
    hanging,
    root_pem,
    serving,
    tls_server,
)


def here(name, port, **options):
    return socket.getaddrinfo("127.0.0.1", port, **options)


def door():
    return Door(private=LOOPBACK, resolve=here, trust=root_pem())


def test_a_certificate_of_the_operators_authority_is_believed(tmp_path):
    with serving(answer(), tls_server(tmp_path)) as server:
        assert door().request("GET", f"https://localhost:{server.port}/").status == 200


@pytest.mark.parametrize(
    ("names", "options", "says"),
    [
        (("other.example",), {}, "not valid for 'localhost'"),
        (("localhost",), {"days": -1}, "certificate has expired"),
        (("localhost",), {"trusted": False}, "self-signed certificate"),
    ],
)
def test_a_certificate_that_does_not_hold_ends_it(tmp_path, names, options, says):
    with (
        serving(answer(), tls_server(tmp_path, names, **options)) as server,
        pytest.raises(DoorFault, match=says) as caught,
    ):
        door().request("GET", f"https://localhost:{server.port}/", headers={"x-api-key": "k"})

    assert caught.value.kind is Fault.TLS
    assert server.heads in ([], [b""])


def test_the_authority_counts_for_doors_that_were_given_it_alone(tmp_path):
    with serving(answer(), tls_server(tmp_path)) as server, pytest.raises(DoorFault) as caught:
        Door(private=LOOPBACK, resolve=here).request("GET", f"https://localhost:{server.port}/")
    assert caught.value.kind is Fault.TLS


def test_a_server_without_tls_is_told_apart():
    with (
        serving(b"220 mail.example ESMTP ready\r\n", waits=False) as server,
        pytest.raises(DoorFault, match="failed in the TLS handshake: ") as caught,
    ):
        door().request("GET", f"https://localhost:{server.port}/", limits=PATIENT)

    assert caught.value.kind is Fault.TLS


def test_a_handshake_that_hangs_ends_with_the_time_to_connect():
    with deaf() as port, pytest.raises(DoorFault) as caught:
        door().request("GET", f"https://localhost:{port}/", limits=QUICK)

    assert (caught.value.kind, str(caught.value)) == (
        Fault.TIMEOUT,
        "did not finish the TLS handshake within 0.5 s",
    )
    assert not caught.value.sent


def test_a_server_that_hangs_behind_tls_ends_with_the_time(tmp_path):
    with serving(hanging, tls_server(tmp_path)) as server, pytest.raises(DoorFault) as caught:
        door().request("GET", f"https://localhost:{server.port}/", limits=QUICK)
    assert caught.value.kind is Fault.TIMEOUT


def test_a_certificate_tells_whose_it_is_and_for_how_long(tmp_path):
    with serving(answer(), tls_server(tmp_path, ("localhost", "app.example"))) as server:
        shown = door().certificate("localhost", server.port)

    now = dt.datetime.now(dt.UTC)
    assert (shown.trusted, shown.fault, shown.protocol) == (True, "", "TLSv1.3")
    assert shown.names == ("localhost", "app.example")
    assert (shown.subject, shown.issuer) == ("CN=Server", "CN=Test Root")
    assert shown.days_left(now) == 29
    assert shown.not_before < now < shown.not_after


def test_a_certificate_that_is_not_trusted_is_read_all_the_same(tmp_path):
    with serving(answer(), tls_server(tmp_path, days=-3, trusted=False)) as server:
        shown = door().certificate("localhost", server.port)

    assert not shown.trusted
    assert shown.fault.startswith("shows a certificate that does not hold: ")
    assert shown.days_left(dt.datetime.now(dt.UTC)) == -4


def test_a_certificate_is_not_looked_at_where_the_door_does_not_lead():
    with pytest.raises(DoorFault) as caught:
        Door().certificate("169.254.169.254")
    assert caught.value.kind is Fault.REFUSED


def test_session_keys_are_not_written_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))

    assert trusting.__wrapped__().keylog_filename is None


def test_old_versions_of_tls_are_not_spoken(tmp_path):
    context = tls_server(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(answer(), context) as server, pytest.raises(DoorFault) as caught:
        door().request("GET", f"https://localhost:{server.port}/", limits=PATIENT)
    assert caught.value.kind is Fault.TLS

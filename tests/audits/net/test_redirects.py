"""Redirects: each is checked like the first address, and takes no credential elsewhere."""

import time

import pytest

from audits.net.door import Door, DoorFault, Fault, Limits
from tests.audits.net.servers import (
    HERE,
    PATIENT,
    answer,
    redirecting,
    root_pem,
    serving,
    tls_server,
)

KEYS = {"x-api-key": "k1", "Authorization": "Bearer k2", "Cookie": "k3", "X-Own": "k4"}


def fault_of(url, door=HERE, method="GET", **options):
    with pytest.raises(DoorFault) as caught:
        door.request(method, url, limits=PATIENT, **options)
    return caught.value


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_is_followed_to_where_it_leads(status):
    with (
        serving(answer(b"there")) as there,
        serving(redirecting(there.url + "/x", status)) as here,
    ):
        got = HERE.request("GET", here.url)

    assert (got.body, got.url) == (b"there", there.url + "/x")


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("http://10.0.0.1/", Fault.REFUSED),
        ("http://169.254.169.254/latest/meta-data/", Fault.REFUSED),
        ("http://[::ffff:169.254.169.254]/", Fault.REFUSED),
        ("//192.168.0.1/", Fault.REFUSED),
        ("http://2130706433/", Fault.REFUSED),
        ("file:///etc/passwd", Fault.REFUSED),
        ("gopher://127.0.0.1:70/", Fault.REFUSED),
        ("ftp://127.0.0.1/", Fault.REFUSED),
        ("http://user:pw@127.0.0.1/", Fault.REFUSED),
        ("http://127.0.0.1:0/", Fault.REFUSED),
        ("http://127.0.0.1:99999/", Fault.REFUSED),
        ("http://[::1", Fault.REDIRECT),
    ],
)
def test_a_redirect_to_what_is_refused_is_refused(to, kind):
    with serving(redirecting(to)) as server:
        assert fault_of(server.url).kind is kind


def test_a_loop_ends():
    with serving(redirecting("/again")) as server:
        fault = fault_of(server.url)

    assert (fault.kind, str(fault)) == (Fault.REDIRECT, "redirects more than 3 times")
    assert len(server.heads) == 4


def test_no_header_of_the_caller_follows_to_another_port():
    with serving(answer()) as there, serving(redirecting(there.url)) as here:
        HERE.request("GET", here.url, headers=KEYS | {"Accept": "text/html"})

    assert all(key.encode() in here.heads[0] for key in ("k1", "k2", "k3", "k4"))
    assert not any(key.encode() in there.heads[0] for key in ("k1", "k2", "k3", "k4"))
    assert b"Accept: text/html" in there.heads[0]


def test_no_header_of_the_caller_comes_back_by_a_second_redirect():
    with serving(answer()) as there:

        def talk(connection, head):
            first = len(here.heads) == 1
            connection.sendall(redirecting(there.url if first else "/end"))

        with serving(talk) as here:
            there.talk = lambda connection, head: connection.sendall(redirecting(here.url))
            fault_of(here.url, headers=KEYS)

    assert b"k1" in here.heads[0]
    assert not any(b"k1" in head for head in (*here.heads[1:], *there.heads))


def test_no_header_of_the_caller_follows_to_another_name_of_the_same_server():
    with serving(answer()) as server:
        server.talk = lambda connection, head: connection.sendall(
            answer() if b"localhost" in head else redirecting(f"http://localhost:{server.port}/")
        )
        Door(private=HERE.private, resolve=only_v4).request("GET", server.url, headers=KEYS)

    assert b"k1" not in server.heads[1]


def only_v4(name, port, **options):
    return HERE.resolve("127.0.0.1", port, **options)


def test_headers_stay_on_the_same_origin():
    def talk(connection, head):
        connection.sendall(redirecting("/two") if len(server.heads) == 1 else answer())

    with serving(talk) as server:
        HERE.request("GET", server.url, headers=KEYS)

    assert b"k1" in server.heads[1]


def test_a_post_becomes_a_get_without_its_body():
    def talk(connection, head):
        connection.sendall(redirecting("/two") if len(server.heads) == 1 else answer())

    with serving(talk) as server:
        HERE.request("POST", server.url, content=b"body", headers={"Content-Type": "text/plain"})

    assert server.heads[1].startswith(b"GET /two")
    assert b"content-type" not in server.heads[1].lower()
    assert server.bodies == [b"body", b""]


def test_a_body_is_sent_again_to_the_same_origin_alone():
    with serving(answer()) as there, serving(redirecting("/two", "307 T")) as here:
        here.talk = lambda connection, head: connection.sendall(
            redirecting("/two" if len(here.heads) == 1 else there.url, "307 T")
        )
        fault = fault_of(here.url, method="POST", content=b"body")

    assert (fault.kind, str(fault)) == (
        Fault.REDIRECT,
        "redirects a POST to another host or port",
    )
    assert (here.bodies, there.bodies) == ([b"body", b"body"], [])


def test_https_does_not_become_http(tmp_path):
    context = tls_server(tmp_path)
    with serving(answer()) as plain, serving(redirecting(plain.url), context) as server:
        door = Door(private=HERE.private, resolve=only_v4, trust=root_pem())
        fault = fault_of(f"https://localhost:{server.port}/", door)

    assert (fault.kind, str(fault)) == (Fault.REDIRECT, "redirects from https to http")
    assert plain.heads == []


def test_all_redirects_together_have_one_time_limit():
    def talk(connection, head):
        time.sleep(0.4)
        connection.sendall(redirecting("/again"))

    with serving(talk) as server, pytest.raises(DoorFault) as caught:
        HERE.request("GET", server.url, limits=Limits(total_s=1, redirects=20))

    assert caught.value.kind is Fault.TIMEOUT
    # How many, depends on what else the machine does.
    assert len(server.heads) < 4

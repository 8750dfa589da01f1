"""What the operator lets through, and names that change where they lead."""

import ipaddress
import socket
from collections import Counter

import pytest

from audits.net import addresses
from audits.net.door import Door, DoorFault, Fault
from tests.audits.net.servers import PATIENT, answer, serving

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def row(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (address, port))


def leading_to(*each):
    """A resolver that says one list of addresses after the other, and the last for ever."""
    calls = Counter()

    def resolve(name, port, **options):
        calls[name] += 1
        return [row(address, port) for address in each[min(calls[name], len(each)) - 1]]

    resolve.calls = calls
    return resolve


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "2606:4700::1111",
     "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "2600::5efe:808:808"],
)  # fmt: skip
def test_public_addresses_are_allowed(address):
    assert addresses.fault(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("fd00::/8", "fd12::1"),
        ("100.64.0.0/10", "100.64.0.1"),
        ("169.254.0.0/16", "169.254.1.1"),
    ],
)
def test_ranges_of_the_operator_are_allowed(network, address):
    allowed = (ipaddress.ip_network(network),)

    assert addresses.fault(ipaddress.ip_address(address), allowed) == ""


@pytest.mark.parametrize(
    ("network", "address"),
    [("10.0.0.0/16", "10.1.0.1"), ("10.0.0.0/8", "::10.0.0.1"), ("::/0", "64:ff9b::10.0.0.1")],
)
def test_what_is_beside_the_ranges_stays_refused(network, address):
    allowed = (ipaddress.ip_network(network),)

    assert "10." in address
    assert addresses.fault(ipaddress.ip_address(address), allowed)


def test_an_endpoint_is_let_through_and_its_neighbours_are_not():
    with serving(answer()) as server, serving(answer()) as neighbour:
        door = Door(endpoints={("127.0.0.1", server.port)})

        assert door.request("GET", server.url).status == 200
        with pytest.raises(DoorFault) as caught:
            door.request("GET", neighbour.url)

    assert caught.value.kind is Fault.REFUSED
    assert neighbour.heads == []


def test_a_name_is_resolved_once_and_its_address_is_the_one_connected_to():
    resolve = leading_to(["127.0.0.1"], ["169.254.169.254"])
    with serving(answer()) as server:
        door = Door(private=LOOPBACK, resolve=resolve)
        got = door.request("GET", f"http://app.example:{server.port}/")

    assert got.status == 200
    assert resolve.calls == {"app.example": 1}
    assert f"Host: app.example:{server.port}".encode() in server.heads[0]


def test_a_name_that_leads_elsewhere_the_second_time_is_checked_again():
    resolve = leading_to(["127.0.0.1"], ["10.0.0.1"])
    with serving(answer(b"", "302 Found", location="/again")) as server:
        door = Door(private=LOOPBACK, resolve=resolve)
        with pytest.raises(
            DoorFault, match=r"resolves to 10\.0\.0\.1, which is private"
        ) as caught:
            door.request("GET", f"http://app.example:{server.port}/")

    assert caught.value.kind is Fault.REFUSED
    assert len(server.heads) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_one_bad_address_among_several_refuses_the_name(order):
    found = ["127.0.0.1", "192.168.0.1"][::order]
    with serving(answer()) as server:
        door = Door(private=LOOPBACK, resolve=leading_to(found))
        with pytest.raises(DoorFault, match="resolves to 192"):
            door.request("GET", f"http://app.example:{server.port}/")

    assert server.heads == []


def test_the_next_address_is_tried_when_one_does_not_answer():
    with serving(answer()) as server:
        door = Door(private=LOOPBACK, resolve=leading_to(["127.0.0.9", "127.0.0.1"]))
        got = door.request("GET", f"http://app.example:{server.port}/", limits=PATIENT)

    assert got.status == 200


def test_a_refusal_tells_the_operator_which_setting_it_takes():
    with pytest.raises(DoorFault) as caught:
        Door(resolve=leading_to(["10.0.0.1"])).request("GET", "http://app.example/a?key=s3cret")

    assert str(caught.value) == (
        "resolves to 10.0.0.1, which is private; the operator may allow it with PRIVATE_NETWORKS"
    )

"""Addresses that somebody may write to reach what is not theirs, in every spelling."""

import ipaddress
import socket

import pytest

from audits.net.door import Door, DoorFault, Fault
from tests.audits.net.servers import PATIENT

# Refused by an operator who allows nothing.
PRIVATE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8000/",
    "http://127.8.9.10/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.254/",
    "http://169.254.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata",
    "http://192.0.0.192/opc/v2/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fd20:ce::254]/computeMetadata/v1/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.7/",
    "http://203.0.113.7/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
    "http://[4000::1]/",
    # An IPv4 address inside of an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[0:0:0:0:0:ffff:a00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::a9fe:a9fe]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::1]/",
    "http://[2001:0:808:808:0:0:5601:5601]/",
    "http://[2600::5efe:7f00:1]/",
    "http://[2600::200:5efe:a9fe:a9fe]/",
]
# Numbers that a resolver, a browser or another parser would take for one of the above.
SPELLINGS = [
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0X7F.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.1./",
    "http://127.0.0.1./",
    "http://0/",
    "http://0x/",
    "http://127.00.00.01/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://１２７．０．０．１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://localhost%00.example/",
    "http://%31%32%37.0.0.1/",
    "http://%6cocalhost/",
    "http://[::1%25lo]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1%lo]/",
    "http://[v1.127.0.0.1]/",
    "http://[127.0.0.1]/",
    "http://[::ffff:0x7f.1]/",
    "http://[::1/",
    "http://::1/",
]
MISSHAPEN = [
    "",
    "/relative",
    "//127.0.0.1/",
    "http:/127.0.0.1/",
    "http:127.0.0.1",
    "http://",
    "http:///etc/passwd",
    "file:///etc/passwd",
    "ftp://example.org/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stat",
    "ws://example.org/",
    "unix:///var/run/docker.sock",
    "javascript:alert(1)",
    "data:text/plain,x",
    " http://example.org/",
    "http://example.org /",
    "http://exa mple.org/",
    "http://example.org:0/",
    "http://example.org:65536/",
    "http://example.org:99999999/",
    "http://example.org:８０/",
    "http://example.org:+80/",
    "http://example.org:-1/",
    "http://example.org:80:80/",
    "http://example.org:80a/",
    "http://user@example.org/",
    "http://user:password@example.org/",
    "http://api.anthropic.com@127.0.0.1/",
    "http://api.anthropic.com:443@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\.evil.example/",
    "http://example.org%2f@127.0.0.1/",
    "http://example.org\r\nHost: evil/",
    "http://example.org/\r\nX-Injected: 1",
    "http://example.org/\nGET /",
    "http://example.org\t/",
    "http://example.org\x00/",
    "http://-example.org-/",
    "http://.example.org/",
    "http://exam;ple.org/",
    "http://ex<ample.org/",
    "http://*.example.org/",
    f"http://{'a' * 70000}/",
]


def no_dns(name, port, **options):
    """Numbers as the system reads them; names only where they are in its own files."""
    if name.rstrip(".").lower() == "localhost":
        return socket.getaddrinfo("127.0.0.1", port, **options)
    return socket.getaddrinfo(name, port, flags=socket.AI_NUMERICHOST, **options)


def refused(url, door):
    with pytest.raises(DoorFault) as caught:
        door.request("GET", url, limits=PATIENT)
    return caught.value


@pytest.fixture(autouse=True)
def no_connection(monkeypatch):
    """Nothing of this file may even try."""

    def connect(self, address):
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.mark.parametrize("url", PRIVATE)
def test_what_is_not_public_is_refused(url):
    fault = refused(url, Door(resolve=no_dns))

    assert fault.kind is Fault.REFUSED
    assert "allow" in str(fault)


@pytest.mark.parametrize("url", SPELLINGS)
def test_another_spelling_is_refused(url):
    assert refused(url, Door(resolve=no_dns)).kind is Fault.REFUSED


@pytest.mark.parametrize("url", MISSHAPEN)
def test_what_is_no_plain_address_is_refused(url):
    everything = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    fault = refused(url, Door(private=everything, resolve=no_dns))

    assert fault.kind is Fault.REFUSED
    assert "password@" not in str(fault)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[2002:a9fe:a9fe::1]",
        "[::169.254.169.254]",
        "[fd00:ec2::254]",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "255.255.255.255",
        "[ff02::1]",
    ],
)
def test_no_setting_allows_metadata_and_what_is_no_host(host):
    everything = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))

    fault = refused(f"http://{host}/", Door(private=everything, resolve=no_dns))

    assert fault.kind is Fault.REFUSED
    assert "no setting allows it" in str(fault)


def test_the_lists_hold_what_was_promised():
    assert len({*PRIVATE, *SPELLINGS, *MISSHAPEN}) >= 130

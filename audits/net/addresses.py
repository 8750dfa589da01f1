"""Which network addresses may be connected to: public ones, and those that the operator allows."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# Where clouds hand credentials to whoever asks; not even an operator's list lets them through.
METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",  # AWS, Azure, Google, Oracle and others
            "169.254.170.2",  # AWS, credentials of containers
            "169.254.170.23",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",  # Google
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure, a public address
            "192.0.0.192",  # Oracle
        ),
    )
)

# The special-purpose registries of IANA, as far as they are not for the public Internet.
NEVER = {
    ip_network(network): what
    for network, what in {
        "0.0.0.0/8": "this machine itself",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
        "::/128": "this machine itself",
        "ff00::/8": "multicast",
    }.items()
}
SPECIAL = {
    ip_network(network): what
    for network, what in {
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by a provider's customers",
        "127.0.0.0/8": "this machine itself",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "for documentation",
        "192.88.99.0/24": "reserved",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "for benchmarks",
        "198.51.100.0/24": "for documentation",
        "203.0.113.0/24": "for documentation",
        "::1/128": "this machine itself",
        "fc00::/7": "private",
        "fe80::/10": "link-local",
        "fec0::/10": "private",
        "2001::/32": "a tunnel (Teredo)",
        "2001::/23": "reserved",
        "2001:db8::/32": "for documentation",
        "2002::/16": "a tunnel (6to4)",
        "3fff::/20": "for documentation",
    }.items()
}
PUBLIC_V6 = ip_network("2000::/3")
# For addresses that the operator names: everything but what no setting allows.
ANYWHERE: tuple[IPNetwork, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
NAT64 = ip_network("64:ff9b::/96")


def fault(address: IPAddress, private: Sequence[IPNetwork] = ()) -> str:
    """Why the address is not to be connected to, as what comes after "which is"; empty when it
    may be. An IPv4 address inside of an IPv6 one must be allowed as well."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return fault(address.ipv4_mapped, private)
    if why := _own_fault(address, private):
        return why
    for inner in _inside(address):
        if why := fault(inner, private):
            return f"{why} ({inner} inside)"
    return ""


def _own_fault(address: IPAddress, private: Sequence[IPNetwork]) -> str:
    if address in METADATA:
        return "where clouds keep credentials; no setting allows it"
    for network, what in NEVER.items():
        if address in network:
            return f"{what}; no setting allows it"
    if any(address in network for network in private):
        return ""
    for network, what in SPECIAL.items():
        if address in network:
            return f"{what}; the operator may allow it with PRIVATE_NETWORKS"
    if address.version == 6 and address not in PUBLIC_V6 and address not in NAT64:
        return "not public; the operator may allow it with PRIVATE_NETWORKS"
    return ""


def _inside(address: IPAddress) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a gateway, a tunnel or an old notation would take out of it."""
    if not isinstance(address, IPv6Address):
        return
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in NAT64 or int(address) >> 32 == 0:
        yield last
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if (int(address) >> 32) & 0xFDFF_FFFF == 0x5EFE:  # ISATAP
        yield last

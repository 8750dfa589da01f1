import datetime as dt

import pytest

from audits.reports import keys
from audits.reports.signing import sign
from audits.reports.timestamps import Authority
from tests.audits.reports import authorities, seals
from tests.audits.reports.stamping import StampingServer


@pytest.fixture(scope="session")
def now():
    return dt.datetime.now(dt.UTC)


@pytest.fixture(scope="session")
def identity(tmp_path_factory, now):
    """The key and self-signed certificate of an installation."""
    return keys.in_folder(tmp_path_factory.mktemp("signing"), name="Countersign", at=now)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory, now):
    """Somebody else, who calls themselves the same."""
    return keys.in_folder(tmp_path_factory.mktemp("stranger"), name="Countersign", at=now)


@pytest.fixture(scope="session")
def unsigned():
    snapshot = seals.proposed()
    return seals.unsigned(snapshot, seals.seal_of(snapshot))


@pytest.fixture(scope="session")
def sealed(unsigned, identity, now):
    """A sealed report, signed by the installation's own key."""
    return sign(unsigned, identity, reason="Go", at=now)


@pytest.fixture(scope="session")
def harbour():
    """The operator's authority."""
    return authorities.root("Harbour Root")


@pytest.fixture(scope="session")
def clocks():
    """The root of a time-stamp authority."""
    return authorities.root("Clock Root")


@pytest.fixture(scope="session")
def one_clock(clocks, tmp_path_factory):
    ends = authorities.NOW + 3000 * authorities.DAY
    issuing = clocks.issue("Clock Issuing", authority=True, ends=ends)
    holder = issuing.issue("Clock", stamps=True, ends=ends)
    server = StampingServer(holder, tmp_path_factory.mktemp("clock") / "authority")
    yield server
    server.stop()


@pytest.fixture
def clock(one_clock):
    """A time-stamp authority that runs."""
    one_clock.behaviour = None
    one_clock.requests.clear()
    return one_clock


@pytest.fixture
def authority(clock, clocks):
    """The way to it."""
    return Authority(clock.url, [clocks.certificate], seconds=60)


@pytest.fixture(scope="session")
def issuing(harbour):
    return harbour.issue("Harbour Issuing", authority=True)


@pytest.fixture
def operator(issuing, clock):
    """The operator's certificate, whose authority publishes a list of revoked ones."""
    clock.files["/list.crl"] = issuing.revocations()
    holder = issuing.issue("Harbour Seal", lists=f"{clock.url}list.crl")
    return keys.from_pem(holder.chain_pem, holder.key_pem())

"""One byte of a sealed report is changed, two thousand times: each change is seen.

None is harmless. Most bytes are under the signature; those of the hole in which it stands are
not, and are asked for one by one: hexadecimal digits in capitals, exactly the signature, then
zeros. Within the signature what it does not sign itself (versions, lists of algorithms, the
certificates beside the signer's) must be as it is written here.
"""

import random
from itertools import pairwise

import pytest

from audits.reports.pdf import render_pdf
from audits.reports.signing import sign
from audits.reports.verify import verify
from audits.reports.verify_bytes import holes
from tests.audits.reports import seals
from tests.audits.reports.snapshots import digest_of

HEX = b"0123456789ABCDEF"
CHANGES = 2000


@pytest.fixture(scope="module")
def report(identity, now):
    """A real report, sealed out of the box."""
    snapshot = seals.proposed()
    pdf = render_pdf(snapshot, digest_of(snapshot), seal=seals.seal_of(snapshot))
    return sign(pdf, identity, reason="Go", at=now)


@pytest.fixture
def archived(unsigned, operator, authority, harbour, now):
    """A report of the highest level: a seal, a stamp on it, and a stamp over everything."""
    return sign(
        unsigned, operator, reason="Go", at=now, level="B-LTA", timestamper=authority,
        trust=[harbour.certificate],
    )  # fmt: skip


def parts(file):
    """Ranges of the file: what was rendered, each signature, the zeros after it, what is between
    and after them."""
    edges = [0, file.index(b"startxref\n")]
    for hole in holes(file):
        signature = hole.start + 1 + 2 * len(hole.cms())
        edges += [hole.start, signature, hole.start_again]
    edges.append(len(file))
    return [range(*pair) for pair in pairwise(edges)]


def changed(file, count, seed):
    """The file with one byte changed, and where; as often in each part of the file."""
    chance = random.Random(seed)
    spread = parts(file)
    for number in range(count):
        at = chance.choice(spread[number % len(spread)])
        # Every other time another digit in place of a digit, which reads as a signature still.
        choices = HEX if file[at] in HEX and number % 2 else range(256)
        other = chance.choice([byte for byte in choices if byte != file[at]])
        yield at, other, file[:at] + bytes([other]) + file[at + 1 :]


@pytest.mark.slow
def test_each_of_two_thousand_changed_bytes_is_seen(report, identity):
    missed, unclear = [], []
    for at, other, file in changed(report, CHANGES, seed=20261121):
        found = verify(file, [identity.pem])
        if found.status != "altered":
            (missed if found.status == "valid" else unclear).append((at, other, found.summary))
    assert not missed
    assert not unclear


@pytest.mark.slow
def test_each_of_five_hundred_changed_bytes_under_time_stamps_is_seen(archived, harbour, clocks):
    missed = [
        (at, other)
        for at, other, file in changed(archived, 500, seed=4)
        if verify(file, [harbour.pem], timestamp_trust=[clocks.pem]).status == "valid"
    ]
    assert not missed


@pytest.mark.parametrize("part", range(5))
def test_a_byte_taken_away_is_seen_in_every_part(sealed, identity, part):
    at = parts(sealed)[part][7]
    assert verify(sealed[:at] + sealed[at + 1 :], [identity.pem]).status == "altered"


@pytest.mark.parametrize("part", range(5))
def test_a_byte_put_in_is_seen_in_every_part(sealed, identity, part):
    at = parts(sealed)[part][7]
    assert verify(sealed[:at] + b"0" + sealed[at:], [identity.pem]).status == "altered"


def test_a_digit_in_small_letters_is_seen(sealed, identity):
    [hole] = holes(sealed)
    at = hole.start + 1 + hole.digits.index(b"A")
    assert verify(sealed[:at] + b"a" + sealed[at + 1 :], [identity.pem]).status == "altered"


def test_each_digit_of_the_signatures_head_is_bound(sealed, identity):
    # Its lengths among them: a longer one would swallow zeros that stand after it.
    [hole] = holes(sealed)
    for at in range(hole.start + 1, hole.start + 25):
        for digit in HEX.replace(sealed[at : at + 1], b""):
            file = sealed[:at] + bytes([digit]) + sealed[at + 1 :]
            assert verify(file, [identity.pem]).status == "altered", (at - hole.start, digit)

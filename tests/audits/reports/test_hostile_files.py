"""Files that somebody made up: each gets an answer, in bounded time and memory."""

import io
import random
import time
import tracemalloc
import zlib

import pytest
from pypdf import PdfWriter

from audits.reports import verify as verification
from audits.reports import verify_bytes
from audits.reports.keys import Identity
from audits.reports.signing import sign
from audits.reports.verify import verify
from tests.audits.reports import seals
from tests.audits.reports.authorities import Holder, new_key, root
from tests.audits.reports.test_verify_content import canonical

SEAL_OF_NOBODY = b"/Contents <%s>\n/ByteRange [0 %d %d %d]\n/Type /Sig\n/Filter /Adobe.PPKLite\n"
SUBFILTER = b"/SubFilter /ETSI.CAdES.detached\n"


def forged(content, before=b"%PDF-1.7\n"):
    """A file with a hole that fits, filled with this."""
    digits = content.hex().upper().encode()
    start = len(before) + len(b"/Contents ")
    again = start + len(digits) + 2
    tail = SUBFILTER + b"%%EOF\n"
    for rest in range(80, 200):
        file = before + SEAL_OF_NOBODY % (digits, start, again, rest) + tail
        if len(file) - again == rest:
            return file
    raise AssertionError


def damaged(file, chance):
    """The file after one kind of accident."""
    at, size = chance.randrange(len(file)), chance.randrange(1, 2000)
    other = chance.randrange(len(file))
    return chance.choice(
        [
            file[:at],
            file[at:],
            file[:at] + bytes(size) + file[at + size :],
            file[:at] + chance.randbytes(size) + file[at + size :],
            file[:at] + file[at + size :],
            file[:at] + file[other : other + size] + file[at:],
            file + file,
        ]
    )


def test_five_hundred_damaged_files_are_never_valid(sealed, identity):
    chance = random.Random(5)
    for _ in range(500):
        assert verify(damaged(sealed, chance), [identity.pem]).status != "valid"


def test_damaged_files_signed_by_nobody_known_are_opened_without_harm(unsigned, stranger, now):
    # Damaged before they are signed, so that the signature holds and the PDF is read.
    chance = random.Random(6)
    signed = 0
    for _ in range(30):
        try:
            file = sign(damaged(unsigned, chance), stranger, reason="Go", at=now)
        except Exception:  # pyHanko does not sign what it cannot read
            continue
        signed += 1
        assert verify(file).status in {"altered", "unverifiable"}
    assert signed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x82\x10\x00" + b"\x30\x80" * 2048,
        b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    ],
)
def test_what_is_no_signature_is_an_altered_one(content, identity):
    assert verify(forged(content), [identity.pem]).status == "altered"


def test_a_hole_too_large_for_a_signature(identity):
    assert verify(forged(bytes(verify_bytes.MAX_HEX)), [identity.pem]).status == "altered"


def test_more_signatures_than_a_report_has(sealed, identity):
    many = b"".join(forged(b"\x30\x00", before=b"%%PDF-1.7\n%s" % (b"x" * n)) for n in range(40))
    assert verify(many, [identity.pem]).status == "altered"


def test_an_encrypted_pdf(identity):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    assert verify(file.getvalue(), [identity.pem]).status == "unverifiable"


def test_an_encrypted_pdf_that_carries_a_seal(identity, stranger, now):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    plain = file.getvalue()
    assert b"/Encrypt" in plain
    assert verify(plain).status == "unverifiable"


@pytest.fixture
def attached(identity, now):
    """What verification says of a trusted file with this as its snapshot."""

    def attached(content):
        seal = canonical(seals.seal_of(seals.proposed()))
        pdf = seals.pdf_of({"snapshot.json": content, "seal.json": seal})
        return verify(sign(pdf, identity, reason="Go", at=now), [identity.pem])

    return attached


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"format":' + "9" * 100_000 + "}",
        '{"format":1e999}',
        '{"format":NaN}',
        '{"format":"countersign.snapshot/4","a":1.5}',
        '{"format":"countersign.snapshot/4","format":"countersign.snapshot/4"}',
        '"\\ud800"',
        "null",
        "{}",
    ],
    ids=["deep-list", "deep-object", "huge-number", "infinity", "nan", "float", "twice",
         "surrogate", "null", "empty"],
)  # fmt: skip
def test_a_snapshot_that_is_none(attached, content):
    assert attached(content).status == "altered"


def test_an_attachment_that_grows_beyond_measure(unsigned, stranger, now):
    bomb = zlib.compress(bytes(200 * 1024 * 1024), 9)
    pdf = seals.pdf_of({"seal.json": "{}", "snapshot.json": "y" * 5000})
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for each in writer._objects:
        if isinstance(each, dict) and each.get("/Type") == "/EmbeddedFile":
            each._data = bomb
    file = io.BytesIO()
    writer.write(file)
    signed = sign(file.getvalue(), stranger, reason="Go", at=now)
    tracemalloc.start()
    found = verify(signed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.status == "altered"
    assert peak < 150 * 1024 * 1024


def crowd(names):
    """A signer with a key that all of the authorities share, one for each name."""
    key = new_key("ec")
    first = Holder(root(names[0]).issue(names[0], key=key, authority=True).certificate, key)
    above = tuple(first.issue(name, key=key, authority=True).certificate for name in names)
    return Identity(first.issue("Countersign", key=key).certificate, above, key)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Same"] * 9, "altered"),
        ([f"Level {n}" for n in range(10)], "altered"),
        (["Same", "Same", "Other"], "unverifiable"),
    ],
    ids=["one-name", "too-many", "a-cross-certificate"],
)
def test_certificates_between_which_paths_are_many_take_a_moment(
    unsigned, identity, now, names, found
):
    signed = sign(unsigned, crowd(names), reason="Go", at=now)
    began = time.process_time()
    assert verify(signed, [identity.pem]).status == found
    assert time.process_time() - began < 20


def test_a_file_too_large_to_be_a_report(identity, monkeypatch):
    monkeypatch.setattr(verification, "MAX_FILE", 1000)
    found = verify(b"%PDF-" + bytes(2000), [identity.pem])
    assert found.status == "unverifiable"
    assert "larger than" in found.summary


def test_twenty_megabytes_of_nearly_a_signature_take_a_moment(identity):
    file = b"%PDF-1.7\n" + b"/Contents <" * 100_000 + b"AB" * 10_000_000
    began = time.process_time()
    assert verify(file, [identity.pem]).status == "unverifiable"
    assert time.process_time() - began < 20

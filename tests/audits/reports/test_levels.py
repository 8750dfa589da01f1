"""Every level of signature, as pyHanko, poppler, qpdf and OpenSSL see it."""

import io
import re
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from audits.reports import keys
from audits.reports.loops import outside_loops
from audits.reports.signing import sign
from audits.reports.verify import verify
from audits.reports.verify_cms import asn1

LEVELS = ["B-B", "B-T", "B-LTA"]


@pytest.fixture(params=LEVELS)
def level(request):
    return request.param


@pytest.fixture
def signed(unsigned, operator, level, authority, harbour, now):
    """A report sealed at the level with the operator's certificate."""
    return sign(
        unsigned,
        operator,
        reason="Go",
        at=now,
        level=level,
        timestamper=None if level == "B-B" else authority,
        trust=[harbour.certificate],
    )


@pytest.fixture
def roots(harbour, clocks):
    return ValidationContext(trust_roots=[asn1(harbour.certificate), asn1(clocks.certificate)])


def signatures(pdf):
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures


def test_it_is_valid_to_our_own_verification(signed, harbour, clocks, level):
    found = verify(signed, [harbour.pem], timestamp_trust=[clocks.pem])
    assert found.status == "valid", found.summary
    assert len(found.stamps) == LEVELS.index(level)


def test_it_is_valid_to_pyhanko_and_certifies_against_every_change(signed, roots):
    seal, *stamps = signatures(signed)
    status = outside_loops(validate_pdf_signature)(seal, roots)
    assert status.bottom_line
    assert status.docmdp_ok
    assert seal.docmdp_level.name == "NO_CHANGES"
    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    for stamp in stamps:
        assert outside_loops(validate_pdf_timestamp)(stamp, roots).valid


def test_the_last_signature_covers_the_whole_file(signed):
    last = signatures(signed)[-1]
    assert last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE


def test_it_is_valid_to_poppler(signed, harbour, tmp_path):
    database = trusting(tmp_path, harbour.pem)
    told = pdfsig(tmp_path, signed, "-no-ocsp", "-nssdir", database)
    assert "Signature is Valid." in told
    assert "ETSI.CAdES.detached" in told


def test_poppler_trusts_the_operators_root(unsigned, issuing, harbour, now, tmp_path):
    # Without an address of revocations, which poppler would ask for.
    holder = issuing.issue("Harbour Seal")
    identity = keys.from_pem(holder.chain_pem, holder.key_pem())
    database = trusting(tmp_path, harbour.pem)
    told = pdfsig(tmp_path, sign(unsigned, identity, reason="Go", at=now), "-nssdir", database)
    assert "Certificate is Trusted." in told


def test_poppler_trusts_the_self_made_certificate(sealed, identity, tmp_path):
    told = pdfsig(tmp_path, sealed, "-nssdir", trusting(tmp_path, identity.pem))
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "Certificate is Trusted." in told


def test_poppler_sees_a_changed_byte(sealed, tmp_path):
    changed = bytearray(sealed)
    changed[5000] ^= 1
    assert "Digest Mismatch" in pdfsig(tmp_path, bytes(changed), "-nocert")


def test_its_syntax_is_good_to_qpdf(signed, tmp_path):
    (tmp_path / "report.pdf").write_bytes(signed)
    told = run("qpdf", "--check", tmp_path / "report.pdf")
    assert "No syntax or stream encoding errors found" in told


def test_qpdf_finds_what_is_attached(signed, unsigned, tmp_path):
    (tmp_path / "report.pdf").write_bytes(signed)
    attached = run("qpdf", "--show-attachment=snapshot.json", tmp_path / "report.pdf")
    assert attached.encode() == PdfReader(io.BytesIO(unsigned)).attachments["snapshot.json"][0]


def test_openssl_verifies_the_bytes_by_hand(signed, harbour, tmp_path):
    start, again, rest = map(int, re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", signed).groups())
    (tmp_path / "signed").write_bytes(signed[:start] + signed[again : again + rest])
    (tmp_path / "seal.der").write_bytes(bytes.fromhex(signed[start + 1 : again - 1].decode()))
    (tmp_path / "root.pem").write_bytes(harbour.pem)
    told = run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "seal.der",
        "-content", tmp_path / "signed", "-CAfile", tmp_path / "root.pem", "-out", "/dev/null",
    )  # fmt: skip
    assert "Verification successful" in told


def test_it_claims_pdf_a_3a_still(signed, unsigned):
    before, after = (PdfReader(io.BytesIO(pdf)) for pdf in (unsigned, signed))
    catalog = after.trailer["/Root"]
    xmp = catalog["/Metadata"].get_object().get_data().decode()
    assert re.search(r'pdfaid:part(="|>)3', xmp)
    assert re.search(r'pdfaid:conformance(="|>)A', xmp)
    assert "/Version" not in catalog  # PDF/A-3 ends at 1.7
    assert catalog["/OutputIntents"]
    assert catalog["/StructTreeRoot"]["/K"]
    assert after.attachments == before.attachments
    assert {each["/AFRelationship"] for each in map(resolve, catalog["/AF"])} == {"/Data"}


def test_what_was_there_stays_byte_for_byte(signed, unsigned):
    assert signed.startswith(unsigned)


def test_the_field_takes_no_room_on_the_page(signed):
    [page] = PdfReader(io.BytesIO(signed)).pages
    widgets = [each.get_object() for each in page["/Annots"]]
    assert all(list(map(int, each["/Rect"])) == [0, 0, 0, 0] for each in widgets)
    assert all(each["/F"] & 4 for each in widgets)  # PDF/A wants all to be printed


def resolve(each):
    return each.get_object()


def trusting(folder, pem):
    """An NSS database that trusts the certificate to issue those of signers."""
    (folder / "trusted.pem").write_bytes(pem)
    database = folder / "nss"
    database.mkdir()
    run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    run("certutil", "-A", "-d", f"sql:{database}", "-n", "countersign", "-t", ",C,",
        "-i", folder / "trusted.pem")  # fmt: skip
    return f"sql:{database}"


def pdfsig(folder, pdf, *options):
    (folder / "report.pdf").write_bytes(pdf)
    return run("pdfsig", *options, folder / "report.pdf")


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    return done.stdout + done.stderr

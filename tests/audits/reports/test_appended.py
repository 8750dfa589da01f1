"""What is appended to a sealed report, with a time-stamp over it as anybody can get one."""

import io

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper

from audits.reports.loops import outside_loops
from audits.reports.signing import SigningFault, sign
from audits.reports.verify import verify


@pytest.fixture
def stamped(authority):
    """The file with a time-stamp over all of it."""

    def stamped(writer):
        file = io.BytesIO()
        stamp = outside_loops(PdfTimeStamper(authority).timestamp_pdf)
        stamp(writer, "sha256", output=file)
        return file.getvalue()

    return stamped


@pytest.fixture
def verified(identity, clocks):
    return lambda file: verify(file, [identity.pem], timestamp_trust=[clocks.pem])


def opened(file):
    return IncrementalPdfFileWriter(io.BytesIO(file))


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0]


def other_text(writer):
    stream = generic.StreamObject(stream_data=b"BT ET")
    page_of(writer)["/Contents"] = writer.add_object(stream)
    writer.update_container(page_of(writer))


def note(writer):
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 99, 99))),
            pdf_name("/Contents"): generic.TextStringObject("Refused"),
        }
    )
    page_of(writer)["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page_of(writer))


def other_attachment(writer):
    writer.root["/Names"] = generic.DictionaryObject()
    writer.update_root()


def no_certification(writer):
    del writer.root["/Perms"]
    writer.update_root()


def an_action(writer):
    action = generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})
    writer.root["/OpenAction"] = writer.add_object(action)
    writer.update_root()


@pytest.mark.parametrize(
    "change", [other_text, note, other_attachment, no_certification, an_action]
)
def test_a_change_under_a_good_time_stamp_is_seen(sealed, stamped, verified, change):
    writer = opened(sealed)
    change(writer)
    found = verified(stamped(writer))
    assert found.status == "altered"
    assert [each.name for each in found.checks if not each.passed] == ["certification"]


@pytest.mark.parametrize("change", [other_text, note, no_certification, an_action])
def test_a_change_without_one_is_seen_too(sealed, verified, change):
    writer, file = opened(sealed), io.BytesIO()
    change(writer)
    writer.write(file)
    assert "appended" in verified(file.getvalue()).summary


def test_a_time_stamp_alone_may_be_added_years_later(sealed, stamped, verified):
    found = verified(stamped(opened(sealed)))
    assert found.status == "valid"
    assert len(found.stamps) == 1


def test_and_another_one_after_it(sealed, stamped, verified):
    found = verified(stamped(opened(stamped(opened(sealed)))))
    assert found.status == "valid"
    assert len(found.stamps) == 2


def test_a_time_stamp_over_less_than_the_file_is_seen(sealed, stamped, verified):
    assert verified(stamped(opened(sealed)) + b"%%EOF\n").status == "altered"


def test_a_time_stamp_is_no_seal(unsigned, stamped, verified):
    assert verified(stamped(opened(unsigned))).status == "unverifiable"


def test_a_sealed_report_is_not_sealed_again(sealed, stranger, now):
    with pytest.raises(SigningFault, match="filled already"):
        sign(sealed, stranger, reason="Go", at=now)


def test_a_seal_of_another_file_is_none(sealed, verified):
    other = PdfFileWriter()
    file = io.BytesIO()
    other.write(file)
    assert verified(file.getvalue() + sealed[len(file.getvalue()) :]).status == "altered"

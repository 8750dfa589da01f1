import datetime as dt
import os
import stat

import pytest
from cryptography.hazmat.primitives import serialization

from audits.models import signing
from audits.reports import keys
from audits.reports.verify import verify
from tests.audits.reports import seals

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "signing"


@pytest.fixture
def report():
    snapshot = seals.proposed()
    return seals.unsigned(snapshot, seals.seal_of(snapshot))


def pem_of(identity):
    return identity.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture
def own_certificate(settings, folder, tmp_path):
    """A certificate and key of the operator's own, in files that the settings name."""
    identity = keys.in_folder(tmp_path / "theirs", name="Harbour", at=NOW)
    settings.SIGNING_CERTIFICATE = tmp_path / "certificate.pem"
    settings.SIGNING_KEY = tmp_path / "key.pem"
    settings.SIGNING_CERTIFICATE.write_bytes(identity.pem)
    settings.SIGNING_KEY.write_bytes(pem_of(identity))
    return identity


def test_a_key_is_made_once_for_this_user_alone(folder):
    first = signing.identity()
    assert signing.identity().fingerprint == first.fingerprint
    path = folder / keys.IDENTITY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_signed_report_is_valid_to_the_trusted_certificates(folder, report):
    signed = signing.sign_report(report, reason="Go", at=NOW)
    assert verify(signed, signing.trusted_certificates()).status == "valid"


def test_the_operators_certificate_is_taken(own_certificate):
    assert signing.identity().fingerprint == own_certificate.fingerprint


def test_what_a_former_key_signed_stays_valid(folder, report):
    signed = signing.sign_report(report, reason="Go", at=NOW)
    (folder / keys.IDENTITY_NAME).rename(folder / "identity-of-last-year.pem")
    assert len(signing.trusted_certificates()) == 2
    assert verify(signed, signing.trusted_certificates()).status == "valid"
    assert verify(signed, [signing.identity().pem]).status == "unverifiable"


def test_a_renewed_certificate_is_read_without_a_restart(own_certificate, settings, tmp_path):
    signing.identity()
    renewed = keys.in_folder(tmp_path / "renewed", name="Harbour", at=NOW)
    settings.SIGNING_KEY.write_bytes(pem_of(renewed))
    settings.SIGNING_CERTIFICATE.write_bytes(renewed.pem)
    assert signing.identity().fingerprint == renewed.fingerprint


def test_without_a_readable_key_former_reports_are_verified_still(own_certificate, settings):
    signing.identity()
    settings.SIGNING_KEY.unlink()
    assert signing.trusted_certificates() == [own_certificate.pem]


def test_a_report_that_would_not_verify_is_not_handed_out(folder):
    snapshot = seals.proposed()
    seal = seals.seal_of(snapshot) | {"snapshot": "0" * 64}
    with pytest.raises(signing.SigningUnavailable, match="names another snapshot"):
        signing.sign_report(seals.unsigned(snapshot, seal), reason="Go", at=NOW)


def test_a_missing_file_is_named_with_its_setting(own_certificate, settings):
    settings.SIGNING_KEY.unlink()
    with pytest.raises(signing.SigningUnavailable, match=r"SIGNING_KEY names .*key\.pem, which"):
        signing.identity()


def test_a_wrong_passphrase_is_not_repeated(folder, settings, tmp_path, caplog):
    settings.SIGNING_PKCS12 = tmp_path / "seal.p12"
    settings.SIGNING_PKCS12.write_bytes(b"no such file")
    settings.SIGNING_PASSPHRASE = "open sesame"
    with pytest.raises(signing.SigningUnavailable, match="SIGNING_PKCS12: ") as caught:
        signing.identity()
    assert "sesame" not in str(caught.value) + caplog.text


def test_a_folder_that_cannot_be_written_is_named(folder):
    folder.parent.joinpath("signing").write_text("a file")
    with pytest.raises(signing.SigningUnavailable, match="cannot be read or written"):
        signing.identity()


def test_nothing_shows_the_key(folder):
    identity = signing.identity()
    private = str(identity.key.private_numbers().d)
    assert private not in repr(identity)
    assert "PRIVATE" not in repr(vars(identity)["certificate"])


def test_processes_that_start_together_agree_on_one_key(folder):
    reading, writing = zip(*(os.pipe() for _ in range(2)), strict=True)
    for end in writing:
        if os.fork() == 0:
            found = keys.in_folder(folder, name="Countersign", at=NOW)
            os.write(end, found.fingerprint.encode())
            os._exit(0)
    assert len({os.read(end, 64) for end in reading}) == 1
    for end in (*reading, *writing):
        os.close(end)
    assert [path.name for path in folder.iterdir()] == [keys.IDENTITY_NAME]

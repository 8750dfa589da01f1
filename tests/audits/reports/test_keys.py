import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from audits.reports import keys
from audits.reports.keys import KeyFault
from audits.reports.signing import sign
from audits.reports.verify import verify
from tests.audits.reports.authorities import DAY, NOW, Holder, new_key


@pytest.fixture(scope="module")
def holder(issuing):
    """Who signs for the operator."""
    return issuing.issue("Harbour Seal")


def p12(holder, passphrase="open sesame", key=True):
    return pkcs12.serialize_key_and_certificates(
        b"seal",
        holder.key if key else None,
        holder.certificate,
        list(holder.above),
        BestAvailableEncryption(passphrase.encode()),
    )


def test_a_self_made_certificate_may_sign_and_lasts_for_decades(identity, now):
    usage = identity.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    identity.check_valid(now + 25 * 365 * DAY)


def test_a_self_made_key_is_long_enough(identity):
    assert identity.key.key_size == 3072


def test_the_same_folder_gives_the_same_identity(tmp_path, now):
    first = keys.in_folder(tmp_path / "signing", name="Countersign", at=now)
    again = keys.in_folder(tmp_path / "signing", name="Another name", at=now)
    assert again.certificate == first.certificate


def test_a_half_written_identity_is_told_not_replaced(tmp_path, now):
    keys.in_folder(tmp_path, name="Countersign", at=now)
    path = tmp_path / keys.IDENTITY_NAME
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(KeyFault):
        keys.in_folder(tmp_path, name="Countersign", at=now)


def test_a_crash_while_writing_leaves_no_identity(tmp_path, now, monkeypatch):
    def crash(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="no space"):
        keys.in_folder(tmp_path, name="Countersign", at=now)
    assert not list(tmp_path.iterdir())


def test_pem_in_any_order_gives_the_chain_nearest_first(holder, harbour, issuing):
    bundle = harbour.pem + issuing.pem + holder.pem
    found = keys.from_pem(bundle, holder.key_pem())
    assert found.certificate == holder.certificate
    assert found.chain == (issuing.certificate, harbour.certificate)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_either_kind_of_key_signs(kind, issuing, harbour, unsigned, now):
    holder = issuing.issue("Harbour Seal", key=new_key(kind))
    identity = keys.from_pem(holder.chain_pem, holder.key_pem())
    signed = sign(unsigned, identity, reason="Go", at=now)
    assert verify(signed, [harbour.pem]).status == "valid"


def test_an_encrypted_key_is_opened_with_its_passphrase(holder):
    found = keys.from_pem(holder.chain_pem, holder.key_pem("open sesame"), "open sesame")
    assert found.certificate == holder.certificate


def test_pkcs12_is_opened_with_its_passphrase(holder, issuing):
    found = keys.from_pkcs12(p12(holder), "open sesame")
    assert (found.certificate, found.chain[0]) == (holder.certificate, issuing.certificate)


@pytest.mark.parametrize(
    ("passphrase", "given", "text"),
    [
        ("open sesame", "", "The key is encrypted"),
        ("open sesame", "open barley", "the passphrase is wrong"),
        ("", "open sesame", "The key has no passphrase"),
    ],
)
def test_wrong_passphrases_of_a_key(holder, passphrase, given, text):
    with pytest.raises(KeyFault, match=text):
        keys.from_pem(holder.chain_pem, holder.key_pem(passphrase), given)


def test_wrong_passphrase_of_pkcs12(holder):
    with pytest.raises(KeyFault, match="passphrase is wrong"):
        keys.from_pkcs12(p12(holder), "open barley")


def test_pkcs12_without_a_key(holder):
    with pytest.raises(KeyFault, match="lacks the private key"):
        keys.from_pkcs12(p12(holder, key=False), "open sesame")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x30\x82\xff\xff", b"-----BEGIN CERTIFICATE-----"]
)
def test_what_is_neither_certificate_nor_key(holder, data):
    for call in (
        lambda: keys.from_pem(data, holder.key_pem()),
        lambda: keys.from_pem(holder.pem, data),
        lambda: keys.from_pkcs12(data, "open sesame"),
        lambda: keys.load_certificates(data),
    ):
        with pytest.raises(KeyFault):
            call()


def test_a_key_of_another_certificate(holder, issuing):
    with pytest.raises(KeyFault, match="does not belong to the certificate"):
        keys.from_pem(holder.chain_pem, issuing.issue("Another").key_pem())


def test_a_certificate_that_is_not_for_signing(issuing):
    holder = issuing.issue("Mail", signs=False)
    with pytest.raises(KeyFault, match="may not sign documents"):
        keys.from_pem(holder.chain_pem, holder.key_pem())


def test_a_certificate_of_a_web_server_signs_nothing(issuing, harbour, unsigned, now):
    holder = issuing.issue("www.harbour.example", purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(KeyFault, match="names other purposes"):
        keys.from_pem(holder.chain_pem, holder.key_pem())
    # Nor does it count if it did, for whoever trusts the authority of both.
    identity = keys.Identity(holder.certificate, holder.above, holder.key)
    found = verify(sign(unsigned, identity, reason="Go", at=now), [harbour.pem])
    assert found.status == "unverifiable"
    assert "is not meant for this" in found.summary


def test_a_certificate_for_documents_signs_them(issuing, harbour, unsigned, now):
    holder = issuing.issue("Seal", purpose=x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"))
    identity = keys.from_pem(holder.chain_pem, holder.key_pem())
    assert verify(sign(unsigned, identity, reason="Go", at=now), [harbour.pem]).status == "valid"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (ed25519.Ed25519PrivateKey.generate(), "of a kind that PDF readers do not know"),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "has 1024 bits"),
        (ec.generate_private_key(ec.SECP256K1()), "curve secp256k1"),
    ],
    ids=["ed25519", "rsa-1024", "secp256k1"],
)
def test_keys_that_readers_do_not_take(holder, key, text):
    with pytest.raises(KeyFault, match=text):
        keys.from_pem(holder.pem, Holder(holder.certificate, key).key_pem())


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [(NOW - 9 * DAY, NOW - DAY, "expired on"), (NOW + DAY, NOW + 9 * DAY, "is valid from")],
)
def test_a_certificate_out_of_its_time_signs_nothing(issuing, unsigned, starts, ends, text):
    holder = issuing.issue("Harbour Seal", starts=starts, ends=ends)
    identity = keys.from_pem(holder.chain_pem, holder.key_pem())
    with pytest.raises(KeyFault, match=text):
        sign(unsigned, identity, reason="Go", at=dt.datetime.now(dt.UTC))


def test_a_certificate_of_der_can_be_trusted(sealed, identity):
    der = identity.certificate.public_bytes(serialization.Encoding.DER)
    assert verify(sealed, [der]).status == "valid"

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import signing


@pytest.fixture
def environment(monkeypatch):
    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))

    return set_all


def test_without_settings_a_report_is_signed_and_not_time_stamped():
    assert signing.certificate_and_key() == ("", "")
    assert signing.level(signing.timestamps()[0]) == "B-B"


def test_a_key_in_a_file_is_not_read_at_the_start(environment, tmp_path):
    environment(SIGNING_CERTIFICATE="PEM", SIGNING_KEY_FILE=tmp_path / "key")
    assert signing.certificate_and_key() == ("PEM", tmp_path / "key")


def test_with_an_authority_reports_are_time_stamped(environment):
    environment(TIMESTAMP_URL="https://tsa.example.org/", TIMESTAMP_TRUST="PEM")
    assert signing.level(signing.timestamps()[0]) == "B-T"


def test_the_level_is_read_in_any_case(environment):
    environment(SIGNATURE_LEVEL="b-lta")
    assert signing.level("https://tsa.example.org") == "B-LTA"


@pytest.mark.parametrize("lone", ["CERTIFICATE", "KEY"])
def test_certificate_and_key_go_together(environment, lone):
    environment(**{f"SIGNING_{lone}": "PEM"})
    with pytest.raises(ImproperlyConfigured, match=f"SIGNING_{lone} is set without"):
        signing.certificate_and_key()


def test_a_report_has_one_signature(environment):
    environment(SIGNING_PKCS12="/run/secrets/seal.p12")
    with pytest.raises(ImproperlyConfigured, match="keep one of them"):
        signing.pkcs12("PEM")


def test_an_authority_needs_the_root_that_it_leads_to(environment):
    environment(TIMESTAMP_URL="https://tsa.example.org/")
    with pytest.raises(ImproperlyConfigured, match="without TIMESTAMP_TRUST"):
        signing.timestamps()


@pytest.mark.parametrize(
    ("level", "remedy"), [("B-T", "set TIMESTAMP_URL"), ("A", "write one of")]
)
def test_levels_that_cannot_be(environment, level, remedy):
    environment(SIGNATURE_LEVEL=level)
    with pytest.raises(ImproperlyConfigured, match=remedy):
        signing.level("")


@pytest.mark.parametrize(
    "url",
    ["tsa.example.org", "ftp://tsa.example.org", "https://:1", "http://x:y:z/", "http://[::"],
)
def test_what_is_no_address_is_refused_and_not_repeated(environment, url):
    environment(TIMESTAMP_URL=url, TIMESTAMP_TRUST="PEM")
    with pytest.raises(ImproperlyConfigured, match="begins with https://") as caught:
        signing.timestamps()
    assert url not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")]
)
def test_by_default_the_public_address_is_where_it_listens(host, url):
    assert signing.public_url(host, 8000) == url


def test_the_public_address_has_no_slash_at_its_end(environment):
    environment(PUBLIC_URL="https://countersign.example.org/")
    assert signing.public_url("", 0) == "https://countersign.example.org"


@pytest.mark.parametrize("url", ["https://a:b@example.org", "https://example.org/?a=b"])
def test_the_public_address_is_one_that_can_be_printed(environment, url):
    environment(PUBLIC_URL=url)
    with pytest.raises(ImproperlyConfigured, match="printed on reports"):
        signing.public_url("", 0)

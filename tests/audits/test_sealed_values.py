import threading

import pytest
from cryptography.fernet import Fernet

from audits.models.sealed_values import SealFault, reseal, seal, unseal
from audits.probes.secrets import Secret

VALUE = Secret("sk-ant-api03-value")


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path):
    settings.ENCRYPTION_KEYS = []
    settings.SECRETS_KEY = tmp_path / "secrets.key"


def test_what_is_sealed_is_unsealed():
    assert unseal(seal(VALUE)) == VALUE


def test_what_is_sealed_does_not_show_the_value():
    assert "sk-ant" not in seal(VALUE)
    assert seal(VALUE) != seal(VALUE)


def test_the_key_is_made_once_for_its_owner_alone(settings):
    seal(VALUE)
    made = settings.SECRETS_KEY.read_bytes()

    seal(VALUE)

    assert settings.SECRETS_KEY.read_bytes() == made
    assert settings.SECRETS_KEY.stat().st_mode & 0o777 == 0o600
    assert list(settings.SECRETS_KEY.parent.iterdir()) == [settings.SECRETS_KEY]


def test_many_who_seal_first_agree_on_one_key():
    sealed = []
    threads = [threading.Thread(target=lambda: sealed.append(seal(VALUE))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [unseal(each) for each in sealed] == [VALUE] * 8


def test_another_key_opens_nothing_and_says_what_to_do(settings):
    sealed = seal(VALUE)
    settings.SECRETS_KEY.unlink()

    with pytest.raises(SealFault, match="add the value anew") as caught:
        unseal(sealed)
    assert "sk-ant" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "x", "gAAAAAB", "ключ", "a" * 200])
def test_what_was_never_sealed_is_refused(text):
    with pytest.raises(SealFault):
        unseal(text)


def test_a_changed_value_is_refused():
    sealed = seal(VALUE)

    with pytest.raises(SealFault):
        unseal(sealed[:-6] + ("AAAAA=" if sealed[-6:] != "AAAAA=" else "BBBBB="))


def test_keys_of_the_operator_are_used_instead_and_may_change(settings):
    former, next_one = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [former]
    sealed = seal(VALUE)
    settings.ENCRYPTION_KEYS = [next_one, former]

    again = reseal(sealed)
    settings.ENCRYPTION_KEYS = [next_one]

    assert unseal(again) == VALUE
    assert not settings.SECRETS_KEY.exists()
    with pytest.raises(SealFault, match="ENCRYPTION_KEYS"):
        unseal(sealed)


def test_a_file_that_is_no_key_is_told(settings):
    settings.SECRETS_KEY.write_text("not a key")

    with pytest.raises(SealFault, match=r"secrets\.key holds no key"):
        seal(VALUE)


def test_a_folder_that_cannot_be_written_is_told(settings, tmp_path):
    settings.SECRETS_KEY = tmp_path / "file" / "secrets.key"
    (tmp_path / "file").write_text("")

    with pytest.raises(SealFault, match="cannot be read or made"):
        seal(VALUE)

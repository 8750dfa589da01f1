"""Another key for what is encrypted at rest."""

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from audits.management.commands.reseal_secrets import SEALED
from audits.models import Environment, Project
from audits.models.keys import KeyReference
from audits.models.sealed_values import seal, unseal
from audits.probes.secrets import Secret

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
VALUE = Secret("sk-ant-api03-value")


@pytest.fixture
def key(harbour, alice, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    project = Project.objects.create(team=harbour, name="Helpdesk")
    environment = Environment.objects.create(project=project, kind="staging", name="Staging")
    return KeyReference.objects.add(environment, by=alice, purpose="api", sealed_value=seal(VALUE))


def test_after_it_the_old_key_may_be_dropped(key, settings):
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    call_command("reseal_secrets")

    settings.ENCRYPTION_KEYS = [NEW]
    key.refresh_from_db()
    assert unseal(key.sealed_value) == VALUE


def test_what_no_key_opens_stays_and_is_told(key, settings, capsys):
    settings.ENCRYPTION_KEYS = [NEW]
    before = key.sealed_value

    with pytest.raises(CommandError, match="1 could not be read"):
        call_command("reseal_secrets")

    key.refresh_from_db()
    assert key.sealed_value == before
    assert str(key.pk) in capsys.readouterr().out


def test_it_knows_every_column_that_is_sealed():
    named = {
        (model._meta.label, field.name)
        for model in apps.get_app_config("audits").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.TextField) and field.name.startswith("sealed_")
    }

    assert named == {(label, column) for label, columns in SEALED.items() for column in columns}

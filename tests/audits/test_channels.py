"""Where a team is told: what a channel may be, and that its secrets stay secret."""

import pytest
from django.core import serializers

from audits.models import Channel, Delivery, telling
from audits.models.channels import Wish
from audits.models.errors import Outdated, Refused
from audits.models.sealed_values import unseal
from tests.audits.alerting import ADDRESS, add_channel
from tests.fakes.pagerduty import ROUTING_KEY

CANARY = "CANARY8c1f4e7b2a9d6053"


@pytest.fixture
def sends_mail(settings):
    settings.MAIL_IS_SENT = True


def test_owner_adds_a_channel(harbour, alice):
    channel = add_channel(harbour, name="  Ops  channel ", by=alice)

    assert (channel.name, channel.hint) == ("Ops channel", "hooks.slack.com/…1f2a")
    assert unseal(channel.sealed_secret).reveal() == ADDRESS
    assert harbour.events.first().sentence == "added the channel “Ops channel” (Slack)"


@pytest.mark.parametrize("kind", ["slack", "webhook"])
def test_address_is_nowhere_to_be_read(harbour, alice, kind):
    channel = add_channel(
        harbour, kind, secret=f"https://hooks.example/{CANARY}/{'x' * 40}", by=alice
    )
    telling.test_channel(channel, by=alice)

    rows = [*Channel.objects.all(), *Delivery.objects.all(), *harbour.events.all()]
    dump = serializers.serialize("json", rows)
    assert CANARY not in dump
    assert not channel.signing_key or channel.signing_key not in dump
    assert CANARY not in repr(channel.__dict__)


@pytest.mark.parametrize(
    ("kind", "secret", "words"),
    [
        ("slack", "", "Enter the address"),
        ("slack", "hooks.slack.com/services/x", "no web address"),
        ("slack", "ftp://hooks.slack.com/x", "no web address"),
        ("slack", "https://", "no web address"),
        ("slack", "https://[", "no web address"),
        ("slack", "https://host:99999999/", "no web address"),
        ("slack", "http://hooks.slack.com/services/x", "Use https"),
        ("webhook", "http://10.0.0.1/hook", "Use https"),
        ("webhook", "https://user:secret@host.example/", "before the @"),
        ("webhook", "https://host.example/" + "x" * 2000, "characters long"),
        ("pagerduty", "", "Enter the integration key"),
        ("pagerduty", "too-short", "32 letters and digits"),
        ("pagerduty", ROUTING_KEY + "0", "32 letters and digits"),
        ("pigeon", ADDRESS, "no kind of channel"),
    ],
)
def test_secret_that_cannot_work_is_refused(harbour, alice, kind, secret, words):
    with pytest.raises(Refused, match=words):
        Channel.objects.add(harbour, kind, Wish("Ops", secret), by=alice)


@pytest.mark.parametrize("wish", [{"name": ""}, {"kinds": ("moon",)}, {"severities": ("bad",)}])
def test_wish_that_makes_no_sense_is_refused(harbour, alice, wish):
    with pytest.raises(Refused):
        add_channel(harbour, by=alice, **wish)


def test_two_channels_of_a_team_have_two_names(harbour, alice, mallory):
    add_channel(harbour, name="Ops", by=alice)
    add_channel(mallory.teams.get(), name="Ops", by=mallory)

    with pytest.raises(Refused, match="has a channel “Ops” already"):
        add_channel(harbour, name="Ops", by=alice)


def test_name_of_a_removed_channel_is_free(harbour, alice):
    add_channel(harbour, name="Ops", by=alice).remove(by=alice)

    assert add_channel(harbour, name="Ops", by=alice).name == "Ops"


def test_team_has_at_most_twenty(harbour, alice):
    for number in range(20):
        add_channel(harbour, name=f"Ops {number}", by=alice)

    with pytest.raises(Refused, match="at most 20"):
        add_channel(harbour, name="One more", by=alice)


def test_mail_goes_to_members_alone(harbour, alice, mallory, sends_mail):
    with pytest.raises(Refused, match="must be a member"):
        add_channel(harbour, "email", people=(alice, mallory), by=alice)


def test_mail_needs_somebody(harbour, alice, sends_mail):
    with pytest.raises(Refused, match="at least one member"):
        add_channel(harbour, "email", by=alice)


def test_installation_without_mail_has_no_mail_channel(harbour, alice):
    with pytest.raises(Refused, match="sends no mail"):
        add_channel(harbour, "email", people=(alice,), by=alice)


def test_change_without_a_secret_keeps_the_one_there_is(harbour, alice):
    channel = add_channel(harbour, by=alice)

    changed, _ = channel.change(Wish("Ops", kinds=("production",)), by=alice, seen_version=1)

    assert (changed.name, changed.kinds, changed.version) == ("Ops", ["production"], 2)
    assert unseal(changed.sealed_secret).reveal() == ADDRESS
    assert harbour.events.first().sentence == "changed the channel “Slack”, now “Ops”"


def test_change_of_what_somebody_else_changed_is_refused(harbour, alice):
    channel = add_channel(harbour, by=alice)
    channel.change(Wish("Ops"), by=alice, seen_version=1)

    with pytest.raises(Outdated):
        channel.change(Wish("On-call"), by=alice, seen_version=1)


def test_new_address_turns_a_channel_on_again(harbour, alice):
    channel = add_channel(harbour, by=alice)
    channel.turn_off("Answered 410.")

    channel.refresh_from_db()

    changed, _ = channel.change(Wish("Ops", ADDRESS + "0", on=False), by=alice)

    assert (changed.on, changed.off_because) == (True, "")


def test_channel_that_a_person_turned_off_stays_off(harbour, alice):
    channel = add_channel(harbour, by=alice)

    changed, _ = channel.change(Wish("Ops", ADDRESS + "0", on=False), by=alice)

    assert not changed.on


def test_webhook_gets_a_new_signing_key_when_it_is_asked_for(harbour, alice):
    channel = add_channel(harbour, "webhook", by=alice)

    _, none = channel.change(Wish("Hook"), by=alice)
    changed, key = channel.change(Wish("Hook", new_signing_key=True), by=alice)

    assert none == ""
    assert key.startswith("whsec_")
    assert key != channel.signing_key
    assert unseal(changed.sealed_signing_key).reveal() == key


def test_removed_channel_lets_its_secrets_go_and_keeps_its_log(harbour, alice):
    channel = add_channel(harbour, "webhook", by=alice)
    telling.test_channel(channel, by=alice)

    channel.remove(by=alice)

    channel.refresh_from_db()
    assert (channel.sealed_secret, channel.sealed_signing_key) == ("", "")
    assert channel.deliveries.count() == 1
    with pytest.raises(Refused, match="was removed"):
        channel.change(Wish("Ops"), by=alice)


def test_what_waits_for_a_removed_channel_is_left_out(harbour, alice):
    channel = add_channel(harbour, by=alice)
    delivery = telling.test_channel(channel, by=alice)
    channel.remove(by=alice)

    delivery.execute()

    assert (delivery.state, delivery.says) == ("skipped", "The channel was removed.")


def test_secret_under_a_lost_key_is_told_in_words(harbour, alice, settings, tmp_path):
    delivery = telling.test_channel(add_channel(harbour, by=alice), by=alice)
    settings.SECRETS_KEY = tmp_path / "another.key"

    delivery.execute()

    assert delivery.state == "failed"
    assert "Enter it again." in delivery.says

import pytest

from audits.models.errors import Outdated, Refused

SETTINGS = {"name": "Harbour"} | dict.fromkeys(("link_days", "file_days", "note_days", "run_days"))


def change(team, by, seen_version=None, **changes):
    return team.change_settings(by=by, seen_version=seen_version, **SETTINGS | changes)


def test_settings_are_changed_and_told(harbour, alice):
    team = change(harbour, alice, name="  Harbour  West", link_days=90)

    assert (team.name, team.link_days, team.version) == ("Harbour West", 90, 2)
    assert harbour.last_settings_event().sentence == (
        "changed the settings: Name from Harbour to Harbour West, "
        "Links from never stale to stale after 90 days"
    )


def test_team_keeps_a_name(harbour, alice):
    with pytest.raises(Refused, match="Give the team a name"):
        change(harbour, alice, name=" ")


def test_saving_what_stands_there_already_changes_nothing(harbour, alice):
    change(harbour, alice, seen_version=7)

    assert harbour.events.count() == 1


def test_of_two_who_change_the_settings_the_second_is_told(harbour, alice, ed):
    change(harbour, ed, seen_version=1, note_days=1)

    with pytest.raises(Outdated, match="Ed Fox changed the settings"):
        change(harbour, alice, seen_version=1, name="Reef")


def test_second_who_wants_the_same_is_not_bothered(harbour, alice, ed):
    change(harbour, ed, seen_version=1, note_days=1)

    assert change(harbour, alice, seen_version=1, note_days=1).version == 2

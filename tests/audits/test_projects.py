import datetime as dt

import pytest
from django.utils import timezone

from audits.models import Project


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (12, "in 12 days"),
        (2, "in 2 days"),
        (1, "tomorrow"),
        (0, "today"),
        (-1, "yesterday"),
        (-20, "20 days ago"),
    ],
)
def test_launch_is_as_far_away_as_words_say(days, words):
    project = Project(launch_date=timezone.localdate() + dt.timedelta(days=days))

    assert project.launch_in_words == words
    assert project.has_launched == (days < 0)


def test_project_without_a_launch_date_is_still_to_come():
    assert not Project().has_launched
    assert Project().launch_in_words == ""

"""When a condition of a go is late before the go is given."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from audits.models.errors import Refused
from audits.models.go_conditions import Asked
from tests.audits.helpers import propose, sign


def test_nobody_gives_a_go_on_a_condition_that_is_late_already(settled_audit, ed, noor):
    asked = [Asked("Test the limits under load.", ed, timezone.localdate())]
    proposed = propose(settled_audit, by=ed, decision="conditional_go", conditions=asked)

    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=1)),
        pytest.raises(Refused, match=r"Condition 1 was due on .* Propose the audit again"),
    ):
        sign(proposed, by=noor)

    assert not proposed.sign_offs.exists()

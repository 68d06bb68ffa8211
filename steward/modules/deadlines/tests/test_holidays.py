"""Who keeps calendars hears that the holidays of a year are not known."""

from __future__ import annotations

import pytest

from steward.modules.deadlines import handlers
from steward.modules.messaging.models import Notice
from steward.modules.people.events import HolidaysMissed
from tests import make

pytestmark = pytest.mark.django_db


def test_the_manager_reads_it_once_a_day_and_an_agent_does_not() -> None:
    zhao = make.manager_zhao().staff_id
    make.agent_wang()
    missing = HolidaysMissed(calendar_id=1, code="cn-office", name="办公时间", country="CN", year=2031)
    for _time in range(2):
        handlers.on_holidays_missed_tell_people([missing])
    assert [(one.staff_id, one.template, one.params["year"]) for one in Notice.objects.all()] == [
        (zhao, "holidays_missing", 2031)
    ]

"""Two planners put one person on duty in two teams at the same moment."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from steward.modules.people import commands, queries
from steward.modules.people.commands import DutyDraft, Planned
from tests import make
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 3, 2)


def put(team_code: str, staff_id: int) -> list[Planned]:
    """Put somebody on the late shift of one team."""
    drafts = [DutyDraft(staff_id, "late", MONDAY)]
    return commands.plan_duties(make.TESTER, team_code=team_code, drafts=drafts)


def test_one_of_two_planners_wins_and_the_other_hears_why() -> None:
    make.team()
    make.team("other")
    wang = make.agent_wang().staff_id or 0

    late = behind(partial(put, "service", wang), partial(put, "other", wang))

    assert [answer.outcome for answer in late] == ["overlaps"]
    found = queries.duties(start=make.NOW.replace(hour=0), end=make.NOW.replace(hour=23), staff_id=wang)
    assert len(found) == 1

"""Who is above, on call and in a role at one instant: for many subjects at once, each asked once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from steward.modules.people import queries as people


class Superiors:
    """What `people` says of managers, teams and turns; the number of queries depends on people, not on subjects."""

    def __init__(self, staff_ids: Iterable[int], now: datetime) -> None:
        wanted = sorted(set(staff_ids))
        managers = people.managers_of(wanted)
        instead = people.stand_ins({id_ for id_ in managers.values() if id_}, at=now)
        self._managers = {id_: instead.get(one, one) if one else None for id_, one in managers.items()}
        self._teams = people.team_of(wanted)
        self._turns: dict[str, int | None] = {}
        self._roles: dict[str, list[int]] = {}
        self._on_duty: set[int] | None = None
        self._now = now

    def manager_of(self, staff_id: int | None) -> int | None:
        """Name the manager of one of the people given; on leave their stand-in."""
        return self._managers[staff_id] if staff_id else None

    def on_call_for(self, staff_id: int | None, *, team: str = "") -> int | None:
        """Name who is on call for a team, where none is named for the team of one of the people given."""
        code = team or self._teams.get(staff_id or 0, "")
        if code and code not in self._turns:
            turn = people.on_call(code, at=self._now)
            self._turns[code] = turn.primary_id if turn else None
        return self._turns.get(code)

    def in_role(self, role: str) -> list[int]:
        """List who holds a role and is on duty, else everybody who holds it."""
        if self._on_duty is None:
            self._on_duty = {duty.staff_id for duty in people.staff_on_duty(at=self._now)}
        if role not in self._roles:
            holders = people.staff_with_role(role)
            self._roles[role] = [id_ for id_ in holders if id_ in self._on_duty] or holders
        return self._roles[role]

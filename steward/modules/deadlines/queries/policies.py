"""Policies: which one counts, what it says, which versions there were; remembered for the hot paths."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel import memory
from steward.kernel.calendar import ALWAYS, Calendar
from steward.modules.deadlines import rules
from steward.modules.deadlines.models import Policy
from steward.modules.deadlines.rules import ladders
from steward.modules.people import queries as people

FRESH_S = 5.0
KEPT_AT_MOST = 5_000
PLAIN = "always"
# A version of a calendar, as clocks keep it: code and number, 0 for plain time.
CalendarKey = tuple[str, int]

_FIELDS = (
    "id",
    "subject_kind",
    "clock_kind",
    "code",
    "version",
    "name",
    "rank",
    "condition",
    "target_s",
    "responsible_role",
    "calendar",
    "team_calendar",
    "pausable",
    "reply_rule",
    "warnings",
    "ladder",
    "active",
    "set_at",
    "set_by",
    "reason",
)


class PolicyView(Struct, frozen=True):
    """One version of a policy. With `team_calendar` the hours of the owner's team count. Units: seconds."""

    id: int
    subject_kind: str
    clock_kind: str
    code: str
    version: int
    name: str
    rank: int
    condition: tuple[rules.Clause, ...]
    target_s: int
    responsible_role: str
    calendar: str
    team_calendar: bool
    pausable: bool
    reply_rule: tuple[rules.Clause, ...]
    warnings: tuple[rules.Warn, ...]
    ladder: tuple[rules.Rung, ...]
    active: bool
    set_at: datetime
    set_by: str
    reason: str

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> PolicyView:
        """Read a row."""
        data = dict(zip(_FIELDS, row, strict=True))
        data["condition"] = rules.parse(data["condition"])
        data["reply_rule"] = rules.parse(data["reply_rule"])
        data["warnings"] = ladders.parse_warnings(data["warnings"], data["target_s"])
        data["ladder"] = ladders.parse_ladder(data["ladder"])
        return cls(**data)


class _Known:
    """What this process remembers: versions never change, which of them count is read anew every five seconds."""

    read_at: float | None = None
    by_kind: dict[tuple[str, str], list[PolicyView]] = {}
    calendars: dict[str, Calendar] = {}
    of_staff: dict[int, str] | None = None
    versions: dict[int, PolicyView] = {}
    terms: dict[tuple[int, CalendarKey, int], rules.Terms] = {}


def forget_policies() -> None:
    """Read the policies anew from the database."""
    _Known.read_at = None
    _Known.versions.clear()
    _Known.terms.clear()


memory.remembers(forget_policies)


def _fresh() -> type[_Known]:
    if _Known.read_at is None or time.monotonic() - _Known.read_at > FRESH_S:
        by_kind: dict[tuple[str, str], list[PolicyView]] = {}
        for policy in active_policies():
            by_kind.setdefault((policy.subject_kind, policy.clock_kind), []).append(policy)
        _Known.by_kind, _Known.calendars, _Known.of_staff = by_kind, people.active_calendars(), None
        _Known.read_at = time.monotonic()
    return _Known


def active_policies() -> list[PolicyView]:
    """List the policies in force by kind; of one kind in the order in which they are asked."""
    rows = Policy.objects.filter(active=True).order_by("subject_kind", "clock_kind", "rank", "id")
    found = [PolicyView.of(row) for row in rows.values_list(*_FIELDS)]
    return sorted(found, key=lambda one: (one.subject_kind, one.clock_kind, one.rank, -len(one.condition), one.id))


def policy_for(subject_kind: str, clock_kind: str, facts: Mapping[str, Any] | None) -> PolicyView | None:
    """Find the policy that counts: the first by rank (then the one that asks most) whose condition holds.

    Another machine's change is seen within five seconds.
    """
    lines = _fresh().by_kind.get((subject_kind, clock_kind), ())
    return next((line for line in lines if not line.condition or rules.holds(line.condition, facts or {})), None)


def calendar_in_force(code: str) -> Calendar:
    """Return the calendar that counts now under a code; whatever is open round the clock is plain time.

    Raises: LookupError when no such calendar is in force.
    """
    calendar = _fresh().calendars.get(code)
    if calendar is None and code == PLAIN:
        return ALWAYS
    if calendar is None:
        raise LookupError(f"no calendar is called {code}")
    return ALWAYS if calendar.always else calendar


def calendar_for(policy: PolicyView, owner_id: int | None) -> Calendar:
    """Return the calendar that counts now for what somebody owns: where the policy says so, the one of their team.

    Without an owner, and for one without a team, it is the one the policy names.
    """
    if policy.team_calendar and owner_id is not None:
        known = _fresh()
        if known.of_staff is None:
            known.of_staff = people.team_calendars()
        code = known.of_staff.get(owner_id, "")
        if code == PLAIN or code in known.calendars:
            return calendar_in_force(code)
    return calendar_in_force(policy.calendar)


def calendar_key(code: str, version: int) -> CalendarKey:
    """Name a version of a calendar; all that is open round the clock has one name."""
    return (code, version) if version else (PLAIN, 0)


def versions(ids: Iterable[int]) -> dict[int, PolicyView]:
    """Return versions of policies by id, also those no longer in force; each is read once."""
    wanted = set(ids)
    missing = wanted - _Known.versions.keys()
    if missing:
        if len(_Known.versions) > KEPT_AT_MOST:
            _Known.versions.clear()
            missing = wanted
        rows = Policy.objects.filter(id__in=missing).values_list(*_FIELDS)
        _Known.versions |= {row[0]: PolicyView.of(row) for row in rows}
    return {id_: _Known.versions[id_] for id_ in wanted}


def terms_of(policy: PolicyView, calendar_key: CalendarKey, target_s: int) -> rules.Terms:
    """Put together what counts for a clock; the target differs from the policy's where it came from outside."""
    key = (policy.id, calendar_key, target_s)
    if (known := _Known.terms.get(key)) is not None:
        return known
    if len(_Known.terms) > KEPT_AT_MOST:
        _Known.terms.clear()
    calendar = people.calendars([calendar_key])[calendar_key] if calendar_key[1] else ALWAYS
    terms = rules.Terms(calendar, rules.plan_of(policy.warnings, policy.ladder, target_s))
    _Known.terms[key] = terms
    return terms


def policy_history(policy: PolicyView) -> list[PolicyView]:
    """List the versions of a policy's line, newest first."""
    rows = Policy.objects.filter(subject_kind=policy.subject_kind, clock_kind=policy.clock_kind, code=policy.code)
    return [PolicyView.of(row) for row in rows.order_by("-version").values_list(*_FIELDS)]


def find_policy(policy_id: int) -> PolicyView | None:
    """Return one version of a policy."""
    row = Policy.objects.filter(id=policy_id).values_list(*_FIELDS).first()
    return PolicyView.of(row) if row else None

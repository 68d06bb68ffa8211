"""Who gets a ticket: skills, team, presence, room, who knows the customer, and a fair share of the work (DSK-6).

`sql/assign.sql` decides the same for a whole batch in one statement; `decide` here shows it for the preview, and the
tests hold the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from steward.modules.deadlines.rules import conditions
from steward.modules.deadlines.rules.conditions import Clause

NEED_FACTS = ("category", "sub_reason", "language", "channel")
RULE_FACTS = (
    "category", "sub_reason", "channel", "language", "priority", "urgency", "special", "has_order", "reopened",
    "key_customer",
)  # fmt: skip
AXES = ("channel", "priority", "state")
HOWS = ("routed", "queued", "returned")
WHYS = ("key_agent", "knows_customer", "only_one", "most_room")
# Why somebody does not get a ticket, in the order in which it is asked.
UNFIT = ("on_leave", "off_shift", "not_present", "no_capacity", "gave_back", "other_team", "lacks_skill", "no_room")
CASE = 100
KEY = 1_000_000
FULL, BEST = 1_000, 5
SURELY = 400


class Weights(Struct, frozen=True):
    """What counts how much, 0–100."""

    previous: int = 60
    team: int = 40
    skill: int = 10
    load: int = 100


class Rule(Struct, frozen=True, kw_only=True):
    """A rule in force; `id` names its version."""

    id: int
    code: str
    name: str
    rank: int = 100
    condition: tuple[Clause, ...] = ()
    skill: str = ""
    level: int = 1
    team: str = ""
    team_only: bool = False
    weights: Weights = Weights()


class Need(Struct, frozen=True):
    """A fact of tickets and the skill it asks for."""

    fact: str
    value: str
    skill: str
    level: int = 1


class Wish(Struct, frozen=True, kw_only=True):
    """What one ticket asks for. Units: `weight` hundredths of a case."""

    ticket_id: int
    weight: int = CASE
    needs: Mapping[str, int] = {}
    team: str = ""
    team_only: bool = False
    weights: Weights = Weights()
    key_agent: int | None = None
    previous: int | None = None
    avoid: int | None = None
    rule_id: int | None = None


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who works on tickets. `standing` says why they get none now, "" where they are there.

    Units: `capacity` and `load` hundredths of a case; `busy_since` microseconds, 0 for nothing lately.
    """

    staff_id: int
    capacity: int
    load: int = 0
    skills: Mapping[str, int] = {}
    teams: frozenset[str] = frozenset()
    busy_since: int = 0
    standing: str = ""


class Choice(Struct, frozen=True):
    """Who gets a ticket (None: nobody can), what they had before, and why the others do not."""

    ticket_id: int
    staff_id: int | None
    why: str = ""
    load: int = 0
    rejected: tuple[tuple[int, str], ...] = ()


def rule_for(rules: Iterable[Rule], facts: Mapping[str, Any]) -> Rule | None:
    """Find the rule that counts: the lowest rank whose condition holds."""
    found = sorted(rules, key=lambda rule: (rule.rank, rule.code))
    return next((rule for rule in found if conditions.holds(rule.condition, facts)), None)


def needs_of(
    needs: Iterable[Need], rule: Rule | None, facts: Mapping[str, Any], held: Collection[str]
) -> dict[str, int]:
    """Collect the skills a ticket asks for, each with its highest level.

    A skill that nobody at the desk has is not asked for: the ticket would wait for ever.
    """
    asked = [(need.skill, need.level) for need in needs if facts.get(need.fact) == need.value]
    if rule is not None and rule.skill:
        asked.append((rule.skill, rule.level))
    found: dict[str, int] = {}
    for skill, level in asked:
        if skill in held:
            found[skill] = max(level, found.get(skill, 0))
    return found


def weight_of(weights: Mapping[tuple[str, str], int], *, channel: str, priority: str, state: str) -> int:
    """Return how much of a case a ticket is. Units: hundredths of a case; what has no weight counts fully."""
    percent = CASE
    for axis, code in (("channel", channel), ("priority", priority), ("state", state)):
        percent = percent * weights.get((axis, code), CASE) // CASE
    return percent


def unfit(wish: Wish, person: Person) -> str:
    """Tell why somebody cannot get a ticket, "" where they can. Who looks after a customer needs no skill or team."""
    if person.standing:
        return person.standing
    if person.capacity <= 0:
        return "no_capacity"
    if person.staff_id == wish.avoid:
        return "gave_back"
    if person.staff_id != wish.key_agent:
        if wish.team_only and wish.team not in person.teams:
            return "other_team"
        if any(person.skills.get(skill, 0) < level for skill, level in wish.needs.items()):
            return "lacks_skill"
    return "no_room" if person.load + wish.weight > person.capacity else ""


def score(wish: Wish, person: Person) -> int:
    """Rate somebody who can take a ticket; the highest gets it."""
    weights, level = wish.weights, 0
    if wish.needs and all(skill in person.skills for skill in wish.needs):
        level = min(person.skills[skill] for skill in wish.needs)
    return (
        (KEY if person.staff_id == wish.key_agent else 0)
        + (weights.previous * FULL if person.staff_id == wish.previous else 0)
        + (weights.team * FULL if wish.team in person.teams else 0)
        + weights.skill * FULL * level // BEST
        - weights.load * ((person.load + wish.weight) * FULL // person.capacity)
    )


def asked_first(wish: Wish, staff_id: int) -> Wish:
    """Let a stand-in have a ticket before all others but the agent of a key customer."""
    return (
        wish
        if wish.key_agent is not None
        else replace(wish, previous=staff_id, weights=replace(wish.weights, previous=SURELY))
    )


def decide(wishes: Sequence[Wish], people: Iterable[Person], *, at: int) -> list[Choice]:
    """Give tickets out in their order; what somebody gets counts at once. Units: `at` microseconds.

    Of equals who got nothing for longest comes first, then the lowest number.
    """
    crew = {person.staff_id: person for person in people}
    found = []
    for turn, wish in enumerate(wishes, start=1):
        reasons = {id_: unfit(wish, person) for id_, person in sorted(crew.items())}
        able = [crew[id_] for id_, reason in reasons.items() if not reason]
        rejected = tuple((id_, reason) for id_, reason in reasons.items() if reason)
        if not able:
            found.append(Choice(wish.ticket_id, None, rejected=rejected))
            continue
        best = min(able, key=lambda one: (-score(wish, one), one.busy_since, one.staff_id))
        why = why_chosen(wish, best.staff_id, len(able))
        found.append(Choice(wish.ticket_id, best.staff_id, why, best.load, rejected))
        crew[best.staff_id] = replace(best, load=best.load + wish.weight, busy_since=at + turn)
    return found


def why_chosen(wish: Wish, staff_id: int, able: int) -> str:
    """Name the fact that speaks most for who got it."""
    if staff_id == wish.key_agent:
        return "key_agent"
    if able == 1:
        return "only_one"
    return "knows_customer" if staff_id == wish.previous else "most_room"


def after_batch(people: Iterable[Person], given: Iterable[tuple[int, int]]) -> list[Person]:
    """Return people with what they were given (person, weight) on top."""
    more: Counter[int] = Counter()
    for staff_id, weight in given:
        more[staff_id] += weight
    return [replace(person, load=person.load + more[person.staff_id]) for person in people]


def rejections(wish: Wish, people: Iterable[Person]) -> dict[str, int]:
    """Count the people who cannot get a ticket, by reason."""
    return dict(Counter(reason for person in people if (reason := unfit(wish, person))))

"""Which conversations are reviewed: every agent's share, the risky ones sooner, the same for the same seed (DSK-11)."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

RISKS = ("displeased", "late", "complaint", "reopened", "long")
RANDOM = "random"
MODES = ("count", "share")
MOST_WEIGHT = 20
_DISPLEASED = re.compile(
    r"不满意|不滿意|差评|差評|投诉|投訴|太差|失望|生气|生氣|气死|氣死|骗人|騙人|没人管|沒人管|再也不|垃圾|敷衍|态度|態度|"
    r"unhappy|disappoint|terrible|awful|unacceptable|worst|complain|rude|ridiculous|useless|never again|fed up",
    re.IGNORECASE,
)


class Candidate(Struct, frozen=True):
    """One agent's part in one ticket, and what is risky about it."""

    ticket_id: int
    agent_id: int
    risks: frozenset[str]


class Pick(Struct, frozen=True):
    """What was drawn, and for which reason first of all."""

    ticket_id: int
    agent_id: int
    why: str


def is_displeased(text: str) -> bool:
    """Tell whether a customer's words say that they are not content with us."""
    return bool(_DISPLEASED.search(text))


def quota(mode: str, amount: int, candidates: int, taken: int) -> int:
    """Say how many more of an agent are to be drawn, of so many they worked on.

    Units: `amount` a number, or for a share percent, rounded up, so that everybody has one at least.
    """
    wanted = amount if mode == "count" else math.ceil(candidates * amount / 100)
    return max(0, min(wanted - taken, candidates))


def draw(
    candidates: Iterable[Candidate],
    *,
    mode: str,
    amount: int,
    weights: Mapping[str, int],
    seed: str,
    taken: Mapping[int, int] | None = None,
) -> list[Pick]:
    """Draw each agent's share; a ticket weighs one, and more for each of its risks.

    A weighted draw without putting back (Efraimidis and Spirakis 2006), with numbers made of the seed and the ticket:
    the same seed draws the same, whatever else there is. `taken` counts what was drawn of each agent before.
    """
    by_agent: dict[int, list[Candidate]] = {}
    for one in candidates:
        by_agent.setdefault(one.agent_id, []).append(one)
    found = []
    for agent_id, mine in sorted(by_agent.items()):
        already = (taken or {}).get(agent_id, 0)
        left = quota(mode, amount, len(mine) + (already if mode == "share" else 0), already)
        ranked = sorted(mine, key=lambda one: (_key(one, weights, seed), one.ticket_id))
        found += [Pick(one.ticket_id, agent_id, why(one.risks, weights)) for one in ranked[:left]]
    return found


def _key(one: Candidate, weights: Mapping[str, int], seed: str) -> float:
    """Return how late a candidate's turn is: an exponential waiting time at the rate of its weight."""
    rate = 1 + sum(weights.get(risk, 0) for risk in one.risks)
    digest = hashlib.sha256(f"{seed}:{one.agent_id}:{one.ticket_id}".encode()).digest()
    share = (int.from_bytes(digest[:8]) + 1) / (2**64 + 1)
    return -math.log(share) / rate


def why(risks: Iterable[str], weights: Mapping[str, int]) -> str:
    """Name the risk that weighs most, or that it was by chance."""
    weighty = [risk for risk in RISKS if risk in set(risks) and weights.get(risk, 0) > 0]
    return max(weighty, key=lambda risk: weights[risk], default=RANDOM)


def deal(picks: Sequence[Pick], reviewers: Iterable[int], load: Mapping[int, int]) -> list[int | None]:
    """Give what was drawn to reviewers, the one with the fewest first; nobody gets their own, None where nobody can."""
    crew = sorted(set(reviewers))
    has = Counter({id_: load.get(id_, 0) for id_ in crew})
    found: list[int | None] = []
    for pick in picks:
        able = [id_ for id_ in crew if id_ != pick.agent_id]
        chosen = min(able, key=lambda id_: (has[id_], id_), default=None)
        if chosen is not None:
            has[chosen] += 1
        found.append(chosen)
    return found

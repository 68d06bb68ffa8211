"""End clocks by a reply, where the policy says that such a reply counts: an automatic one, say, does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from steward.kernel.actor import Actor
from steward.modules.deadlines import rules
from steward.modules.deadlines.commands.ending import end
from steward.modules.deadlines.commands.locking import ClockEnd, ClockStop, lock_named


class Reply(NamedTuple):
    """A reply to a subject. `facts` are what the rule asks: automatic, author, characters …; kind "" = every clock."""

    subject_kind: str
    subject_id: int
    kind: str
    at: datetime
    facts: Mapping[str, Any]


def answer_clocks(actor: Actor, *, replies: Sequence[Reply]) -> list[ClockEnd]:
    """End the clocks for which a reply counts, at the instant of the first one that does; the others run on.

    A policy without a rule takes no reply for an end unless the reply names the kind. Emits: as stop_clocks. Locks: the
    clocks, in id order.
    """
    locked = lock_named([ClockStop(reply.subject_kind, reply.subject_id, reply.kind) for reply in replies])
    counting = sorted(
        (
            (replies[one.number - 1].at, one.id, one)
            for one in locked
            if _counts(replies[one.number - 1], one.policy.reply_rule)
        ),
        key=itemgetter(0, 1),
    )
    ends: list[ClockEnd] = []
    taken: set[int] = set()
    for at, group in groupby(counting, key=itemgetter(0)):
        fresh = [one for _at, id_, one in group if id_ not in taken]
        taken |= {one.id for one in fresh}
        ends += end(actor, fresh, at=at, outcome="met")
    return ends


def _counts(reply: Reply, rule: Sequence[rules.Clause]) -> bool:
    return rules.holds(rule, reply.facts) and bool(rule or reply.kind)

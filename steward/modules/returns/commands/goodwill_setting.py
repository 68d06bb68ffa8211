"""Set for which reasons compensation is given, in which range, and up to where each role gives alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.money import CURRENCIES
from steward.modules.people import queries as people
from steward.modules.returns.events import CompensationLimitSet, CompensationReasonSet
from steward.modules.returns.models import CompensationLimit, CompensationReason
from steward.modules.returns.rules import compensation as rules

CODE = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
TAKEN_AWAY = -1


class BadGoodwillReason(errors.Refusal):
    """Refuse a reason that makes no sense."""

    code = "bad_compensation_reason"
    status = 422
    message = _("A reason needs a code, a name, known kinds, a root above it or none, and least ≤ usual ≤ most.")


class BadGoodwillLimit(errors.Refusal):
    """Refuse a limit for a role or a currency that does not exist."""

    code = "bad_compensation_limit"
    status = 422
    message = _("Name a role that exists, a currency, and an amount from 0 on.")


class ReasonDraft(Struct, frozen=True, kw_only=True):
    """One branch of the tree. `amounts`: by currency {usual, least, most} in minor units."""

    code: str
    labels: Mapping[str, str]
    parent: str = ""
    kinds: tuple[str, ...] = ()
    amounts: Mapping[str, Mapping[str, int]] = {}
    position: int = 100
    active: bool = True


@command(needs="returns.budgets")
def save_compensation_reason(actor: Actor, *, draft: ReasonDraft) -> int:
    """Add a reason or change the one of that code; it is taken out of use, never deleted. Returns its id.

    Raises: BadGoodwillReason. Emits: CompensationReasonSet.
    """
    parent = CompensationReason.objects.filter(code=draft.parent).first() if draft.parent else None
    is_branch = draft.parent == "" or (
        parent is not None and parent.parent_id is None and draft.code != draft.parent and not _has_branches(draft.code)
    )
    fits = CODE.match(draft.code) and any(draft.labels.values()) and set(draft.kinds) <= set(rules.KINDS) and is_branch
    if not fits or not all(_are_amounts(*one) for one in draft.amounts.items()):
        raise BadGoodwillReason
    row, _made = CompensationReason.objects.update_or_create(
        code=draft.code,
        defaults={
            "parent": parent,
            "labels": dict(draft.labels),
            "kinds": list(draft.kinds),
            "amounts": {currency: dict(bounds) for currency, bounds in draft.amounts.items()},
            "position": draft.position,
            "active": draft.active,
        },
    )
    events.record(actor, [CompensationReasonSet(reason_id=row.id, code=row.code, active=row.active)])
    return row.id


def _has_branches(code: str) -> bool:
    return CompensationReason.objects.filter(parent__code=code).exists()


def _are_amounts(currency: str, bounds: Mapping[str, int]) -> bool:
    least, usual, most = bounds.get("least", 0), bounds.get("usual", 0), bounds.get("most", 0)
    return currency in CURRENCIES and set(bounds) <= {"least", "usual", "most"} and 0 <= least <= usual <= most


@command(needs="returns.budgets")
def set_compensation_limit(actor: Actor, *, role: str, currency: str, alone_minor: int | None, now: datetime) -> None:
    """Set up to where a role gives alone; None: the limits of approvals hold for it. Units: minor units.

    Raises: BadGoodwillLimit. Emits: CompensationLimitSet.
    """
    if role not in {one.code for one in people.roles()} or currency not in CURRENCIES or (alone_minor or 0) < 0:
        raise BadGoodwillLimit
    row = CompensationLimit.objects.select_for_update().filter(role=role, currency=currency).first()
    before = row.alone_minor if row else TAKEN_AWAY
    if alone_minor is None:
        if row is None:
            return
        limit_id = row.id
        row.delete()
    else:
        made, _new = CompensationLimit.objects.update_or_create(
            role=role, currency=currency, defaults={"alone_minor": alone_minor, "set_at": now, "set_by": actor.id}
        )
        limit_id = made.id
    after = TAKEN_AWAY if alone_minor is None else alone_minor
    changed = CompensationLimitSet(
        limit_id=limit_id, role=role, currency=currency, before_minor=before, after_minor=after
    )
    events.record(actor, [changed])

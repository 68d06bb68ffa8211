"""What a shop with books of its own has to give or take there: asked once, settled by who did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.errors import NotFound
from steward.kernel.rows import write_rows
from steward.modules.payments.events import HandoverAsked, HandoverSettled
from steward.modules.payments.models import Handover
from steward.modules.payments.rules import wallets as rules


class ReasonMissing(errors.Refusal):
    """Refuse not to hand over without saying why."""

    code = "handover_reason_missing"
    status = 422
    message = _("Say why it is not booked.")


class HandoverDraft(Struct, frozen=True, kw_only=True):
    """What is to be handed over. Units: points or minor units of `currency`, signed."""

    reference: str
    shop: str
    kind: str
    amount: int = 0
    customer_id: int | None = None
    currency: str = ""
    code: str = ""
    terms: Mapping[str, Any] = {}
    cause: str = "grant"
    number: str = ""
    external_number: str = ""
    simulated: bool = False


class Settlement(Struct, frozen=True, kw_only=True):
    """What a shop says of one handover: `hand_over` or `refuse`, with why; `outside_reference` is its name for it."""

    handover_id: int
    verb: str = "hand_over"
    outside_reference: str = ""
    why: str = ""


def ask_handovers(actor: Actor, drafts: Sequence[HandoverDraft], now: datetime) -> list[tuple[int, bool]]:
    """Write what is to be handed over, as a step of the caller's command; each reference once.

    Returns ids in the order of the drafts, and whether each is new. Emits: HandoverAsked.
    """
    if not drafts:
        return []
    references = [one.reference for one in drafts]
    known = set(Handover.objects.filter(reference__in=references).values_list("reference", flat=True))
    fresh = {one.reference: one for one in drafts if one.reference not in known}
    rows = [
        Handover(**{name: getattr(one, name) for name in HandoverDraft.__struct_fields__}, due_at=now)
        for one in fresh.values()
    ]
    Handover.objects.bulk_create(rows, ignore_conflicts=True)
    ids = dict(Handover.objects.filter(reference__in=references).values_list("reference", "id"))
    new = {row.reference for row in rows}
    events.record(actor, [_asked(row, ids[row.reference]) for row in rows])
    return [(ids[one.reference], one.reference in new) for one in drafts]


def _asked(row: Handover, id_: int) -> HandoverAsked:
    return HandoverAsked(
        handover_id=id_,
        shop=row.shop,
        kind=row.kind,
        amount=row.amount,
        currency=row.currency,
        cause=row.cause,
        number=row.number,
        external_number=row.external_number,
        reference=row.reference,
        simulated=row.simulated,
    )


@command(needs="payments.wallets")
def settle_handovers(actor: Actor, *, settlements: Sequence[Settlement], now: datetime) -> int:
    """Note what was handed over outside, or why not; what is settled so already stays. Returns how many moved.

    Raises: ReasonMissing; NotFound, also for handovers of shops the actor may not touch; NotPossible.
    Emits: HandoverSettled. Locks: the handovers, in id order.
    """
    if any(one.verb == "refuse" and not one.why.strip() for one in settlements):
        raise ReasonMissing
    wanted = {one.handover_id: one for one in settlements}
    rows = list(Handover.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    covered = {row.id for row in rows if actor.covers(row.shop)}
    if missing := wanted.keys() - covered:
        raise NotFound(key=min(missing))
    moved = []
    for row in rows:
        said = wanted[row.id]
        after = rules.HANDOVERS.get(("due", said.verb), "")
        if row.state == after:
            continue
        row.state = rules.next_handover(row.state, said.verb)
        row.settled_at, row.settled_by = now, actor.id
        row.outside_reference, row.why = said.outside_reference[:120], said.why.strip()[:300]
        moved.append(row)
    write_rows(moved, ["state", "settled_at", "settled_by", "outside_reference", "why"])
    events.record(actor, [_settled(row) for row in moved])
    return len(moved)


def _settled(row: Handover) -> HandoverSettled:
    return HandoverSettled(
        handover_id=row.id,
        shop=row.shop,
        state=row.state,
        reference=row.reference,
        outside_reference=row.outside_reference,
        why=row.why,
        simulated=row.simulated,
    )

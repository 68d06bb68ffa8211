"""Find for many drafts at once the orders they are about and the pieces they may claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.modules.messaging.queries.attachments import AttachmentView, attachments
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.queries.returning import LineBought, OrderBought, orders_bought
from steward.modules.returns.commands.drafts import CaseDraft, Refused
from steward.modules.returns.commands.photos import foreign_files
from steward.modules.returns.models import Case, Piece, Reason
from steward.modules.returns.queries.claimable import claimed_positions, sent_of_lines
from steward.modules.returns.rules import claiming as rules
from steward.modules.returns.rules import states

PACKAGE = "steward.modules.returns"
MOST_WORDS = 2_000


class Claim(Struct):
    """One draft with what it is about. `pieces` are (line, position)."""

    draft: CaseDraft
    order: OrderBought | None = None
    reason: Reason | None = None
    lines: list[LineBought] = []
    pieces: list[tuple[int, int]] = []
    pictures: int = 0
    videos: int = 0
    known: Case | None = None
    refusal: Refused | None = None


def claims_of(actor: Actor, drafts: Sequence[CaseDraft]) -> list[Claim]:
    """Find what many drafts are about; their orders are locked, and what cannot be is refused one by one.

    A step of `open_cases`: a constant number of statements. Locks: orders in id order.
    """
    numbers = {draft.order_number.strip().upper() for draft in drafts}
    ids = [one.id for one in orders_bought(numbers=numbers)]
    lock_orders(ids)
    orders = {one.number: one for one in orders_bought(ids=ids)}
    reasons = {one.code: one for one in Reason.objects.filter(active=True)}
    files = {one.id: one for one in attachments({id_ for draft in drafts for id_ in draft.attachment_ids})}
    known = _known(drafts)
    sent = sent_of_lines(list(orders.values()))
    taken = claimed_positions([line.id for order in orders.values() for line in order.lines])
    found: list[Claim] = []
    numbers_seen: set[tuple[str, str]] = set()
    for draft in drafts:
        claim = _about(actor, draft, orders, reasons, known)
        _once(claim, numbers_seen)
        claim.pictures, claim.videos = _counted(draft, files)
        found.append(claim)
    _own_files(actor, found)
    for claim in found:
        if claim.refusal is None and claim.known is None:
            _claim(claim, sent, taken)
    return found


def _own_files(actor: Actor, claims: Sequence[Claim]) -> None:
    """Refuse drafts with files that are neither the actor's nor their customer's."""
    wishes = [(claim.order.customer_id if claim.order else None, claim.draft.attachment_ids) for claim in claims]
    for claim, foreign in zip(claims, foreign_files(actor, wishes), strict=True):
        if foreign is not None and claim.refusal is None and claim.known is None:
            claim.refusal = Refused("unknown_file", {"file": foreign})


def _known(drafts: Sequence[CaseDraft]) -> dict[tuple[str, str], Case]:
    """Find the cases that marketplaces' numbers opened before."""
    numbers = {draft.outside_number for draft in drafts if draft.outside_number}
    rows = Case.objects.filter(outside_number__in=numbers) if numbers else Case.objects.none()
    return {(row.shop, row.outside_number): row for row in rows}


def _about(
    actor: Actor,
    draft: CaseDraft,
    orders: Mapping[str, OrderBought],
    reasons: Mapping[str, Reason],
    known: Mapping[tuple[str, str], Case],
) -> Claim:
    """Find order and reason of one draft; refuse what is none."""
    order = orders.get(draft.order_number.strip().upper())
    if order is None or not actor.covers(order.shop):
        return Claim(draft, refusal=Refused("unknown_order", {"number": draft.order_number[:40]}))
    claim = Claim(draft, order, reasons.get(draft.reason), known=known.get((order.shop, draft.outside_number)))
    if claim.reason is None:
        claim.refusal = Refused("unknown_reason", {"reason": draft.reason[:40]})
    elif draft.kind not in states.KINDS or draft.source not in states.SOURCES:
        claim.refusal = Refused("unknown_kind", {"kind": draft.kind[:40]})
    elif len(draft.words) > MOST_WORDS:
        claim.refusal = Refused("too_many_words", {"most": MOST_WORDS})
    return claim


def _once(claim: Claim, seen: set[tuple[str, str]]) -> None:
    """Refuse a marketplace's number that an earlier draft of the batch has."""
    if claim.order is None or not claim.draft.outside_number:
        return
    key = (claim.order.shop, claim.draft.outside_number)
    if key in seen and claim.refusal is None and claim.known is None:
        claim.refusal = Refused("same_number_twice", {"number": key[1]})
    seen.add(key)


def _counted(draft: CaseDraft, files: Mapping[int, AttachmentView]) -> tuple[int, int]:
    """Count the pictures and videos of a draft that were kept."""
    kept = [files[id_] for id_ in draft.attachment_ids if id_ in files and not files[id_].refusal]
    pictures = sum(one.media_type.startswith("image/") for one in kept)
    return pictures, sum(one.media_type.startswith("video/") for one in kept)


def _claim(claim: Claim, sent: Mapping[int, int], taken: dict[int, set[int]]) -> None:
    """Choose the pieces of one draft; what an earlier one of the batch chose is taken. All it wants, or none."""
    assert claim.order is not None
    lines = {line.id: line for line in claim.order.lines}
    wanted: dict[int, int] = {}
    for want in claim.draft.wants:
        if want.line_id not in lines or want.quantity <= 0:
            claim.refusal = Refused("unknown_line", {"line": want.line_id})
            return
        wanted[want.line_id] = wanted.get(want.line_id, 0) + want.quantity
    if not wanted:
        claim.refusal = Refused("nothing_wanted")
        return
    chosen: list[tuple[int, int]] = []
    for line_id, quantity in sorted(wanted.items()):
        claimed = taken.get(line_id, set())
        free = rules.free_positions(sent[line_id], claimed, quantity)
        if len(free) < quantity:
            code = "claimed_already" if sent[line_id] >= quantity else "not_sent"
            facts = {"sku": lines[line_id].sku, "most": len(free)}
            claim.refusal = Refused(code, facts)
            return
        chosen += [(line_id, position) for position in free]
    claim.pieces, claim.lines = chosen, [lines[line_id] for line_id in sorted(wanted)]
    for line_id, position in chosen:
        taken.setdefault(line_id, set()).add(position)


def claim_pieces(claims: Mapping[int, Claim]) -> set[int]:
    """Write the pieces of cases to be; return those cases that did not get all of theirs, which then have none.

    The unique key is what lets a piece be claimed once; who comes second gets nothing instead of an error. The cases
    themselves are written afterwards, in the same transaction.
    """
    rows = [(case_id, line, position) for case_id, claim in claims.items() for line, position in claim.pieces]
    items = {line.id: line.item_id for claim in claims.values() for line in claim.lines}
    columns: dict[str, Any] = {
        "cases": arrays.integers([case_id for case_id, _line, _position in rows]),
        "lines": arrays.integers([line for _case, line, _position in rows]),
        "positions": arrays.integers([position for _case, _line, position in rows]),
        "items": arrays.integers([items[line] for _case, line, _position in rows]),
    }
    got: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "claim_pieces"), columns)
        for (case_id,) in cursor.fetchall():
            got[case_id] = got.get(case_id, 0) + 1
    lost = {case_id for case_id, claim in claims.items() if got.get(case_id, 0) < len(claim.pieces)}
    give_up(lost)
    return lost


def give_up(case_ids: Collection[int]) -> None:
    """Take back the pieces of cases that were not written after all."""
    if case_ids:
        Piece.objects.filter(case_id__in=list(case_ids)).delete()

"""Write down what was found of pieces. Steps of commands that hold the case and its pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.queries.sent import goods_sent
from steward.modules.returns.models import Case, Inspection, Piece
from steward.modules.returns.queries.proposals import proposed
from steward.modules.returns.rules import states


class UnfitFinding(errors.Refusal):
    """Refuse what was found where it cannot be: no piece that is here, no grade, no share."""

    code = "unfit_finding"
    status = 422
    message = _("Give pieces of this case that were received a grade of A to D, and a share of 0 to 1000 ‰.")


class SerialMissing(errors.Refusal):
    """Refuse goods that carry a serial number without it."""

    code = "serial_missing"
    status = 422
    message = _("%(sku)s carries a serial number: scan it.")


class JudgedAlready(errors.Refusal):
    """Refuse to look again at what counts already: its goods are in stock."""

    code = "judged_already"
    message = _("This piece was accepted already and is in stock. Change its condition there.")


class Finding(Struct, frozen=True, kw_only=True):
    """What was found of one piece. Without disposition, verdict or share what the rule proposes counts.

    `verdict` is accept, reject or ask_person. Units: permille.
    """

    piece_id: int
    grade: str
    disposition: str = ""
    verdict: str = ""
    share_permille: int | None = None
    answers: Mapping[str, Any] = {}
    attachment_ids: tuple[int, ...] = ()
    serial: str = ""
    lot: str = ""
    warehouse: str = ""
    note: str = ""


def write_findings(
    actor: Actor, row: Case, pieces: Mapping[int, Piece], findings: Sequence[Finding], now: datetime
) -> list[Inspection]:
    """Write one look at each piece, and let it count, not count, or wait for a person; a constant number of statements.

    What counted before it came (it was lost, and turned up) goes on to count. Raises: UnfitFinding, SerialMissing,
    JudgedAlready, NotFound, NotPermitted.
    """
    chosen = {finding.piece_id: _checked(pieces, finding) for finding in findings}
    if not findings or len(chosen) != len(findings):
        raise UnfitFinding
    items = catalog.items_by_id({piece.item_id for piece in chosen.values()})
    lots = {one.item_id: one.lot_code for one in reversed(goods_sent([row.order_id]))}
    places = inventory.warehouse_ids() if any(finding.warehouse for finding in findings) else {}
    looked = []
    for finding in findings:
        piece = chosen[finding.piece_id]
        if finding.warehouse and finding.warehouse not in places:
            raise errors.NotFound(key=finding.warehouse)
        wish = proposed(row, items[piece.item_id], finding.grade, serial=finding.serial)
        verdict = finding.verdict or wish.acceptance
        if verdict == "accept" and (wish.acceptance != "accept" or piece.acceptance == "to_person"):
            actor.require("returns.decide")  # what the rule leaves to a person is not for whoever looks at goods
        if piece.acceptance != "accepted":
            piece.acceptance = _judged(piece.acceptance, verdict)
        piece.inspected_at = now
        returned = "back_to_customer" if piece.acceptance == "rejected" else wish.disposition
        looked.append(
            Inspection(
                piece=piece,
                grade=finding.grade,
                disposition=finding.disposition or returned,
                share_permille=wish.share_permille if finding.share_permille is None else finding.share_permille,
                warehouse_id=places.get(finding.warehouse),
                lot_code=(finding.lot.strip() or lots.get(piece.item_id, ""))[:40],
                serial=finding.serial.strip()[:80],
                answers=dict(finding.answers),
                attachments=list(finding.attachment_ids),
                note=finding.note.strip()[:400],
                movement_reference=row.number,
                inspected_at=now,
                inspected_by=actor.id,
            )
        )
    Piece.objects.bulk_update(chosen.values(), ["acceptance", "inspected_at"])
    return Inspection.objects.bulk_create(looked)


def _checked(pieces: Mapping[int, Piece], finding: Finding) -> Piece:
    piece, share = pieces.get(finding.piece_id), finding.share_permille
    fits = finding.grade in states.GRADES and finding.disposition in ("", *states.DISPOSITIONS)
    if piece is None or not piece.live or piece.reception != "received" or not fits:
        raise UnfitFinding
    if finding.verdict not in ("", "accept", "reject", "ask_person") or not (share is None or 0 <= share <= 1000):
        raise UnfitFinding
    if piece.acceptance == "accepted" and piece.inspected_at is not None:
        raise JudgedAlready
    if piece.item.serialised and not finding.serial.strip():
        raise SerialMissing(sku=piece.item.sku)
    return piece


def _judged(acceptance: str, verdict: str) -> str:
    """Follow a verdict; what had been rejected is open again first. Raises: NotPossible."""
    if acceptance == "rejected":
        acceptance = states.next_acceptance(acceptance, "ask_person")
    if acceptance == "to_person" and verdict == "ask_person":
        return acceptance
    return states.next_acceptance(acceptance, verdict)


def newest_inspections(piece_ids: Sequence[int]) -> dict[int, Inspection]:
    """Read what was found last of pieces."""
    rows = Inspection.objects.filter(piece_id__in=piece_ids).order_by("piece_id", "-id").distinct("piece_id")
    return {row.piece_id: row for row in rows}

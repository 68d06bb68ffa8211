"""Read what the warranty says of pieces that were sold, and how often they were repaired before. Source: RET-6."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.returns.models import Case, Inspection, Piece, Repair
from steward.modules.returns.queries.verdicts import lines_of
from steward.modules.returns.rules import repair as rules
from steward.modules.returns.rules.repair import SerialSeen, Warranty, WarrantyFacts
from steward.modules.returns.rules.windows import window_ends

BEGINS_ANEW = parameters.define(
    "returns.replaced_warranty_anew",
    True,  # noqa: FBT003  (the default of a switch)
    unit="",
    kind="boolean",
    label=_("The warranty of a replacement begins anew; otherwise it has the rest of the first piece's"),
)
REPAIRS_NEEDED = parameters.define(
    "returns.repairs_before_remedy",
    2,
    unit="",
    label=_("After so many repairs within the warranty the customer may choose a replacement or the money (0: never)"),
    minimum=0,
    maximum=20,
)
SAME_FAULT = parameters.define(
    "returns.remedy_same_fault",
    False,  # noqa: FBT003  (the default of a switch)
    unit="",
    kind="boolean",
    label=_("Only repairs of the same fault count towards a replacement or the money"),
)


class PieceSold(Struct, frozen=True):
    """A piece of an order's line, with its serial number where somebody read it.

    `asked_at`: when its repair was asked for, which is what the warranty is held against; None: now.
    """

    line_id: int
    serial: str = ""
    position: int = 0
    asked_at: datetime | None = None


def warranties(pieces: Sequence[PieceSold], *, now: datetime) -> list[Warranty]:
    """Say for each piece whether it is within its warranty, until when and why; four statements, however many."""
    lines = lines_of({one.line_id for one in pieces})
    replaced = _replaced({row.order_id: row.sku for row in lines.values()})
    seen = _seen({one.serial for one in pieces if one.serial})
    begins_anew = bool(parameters.value(BEGINS_ANEW))
    found = []
    for one in pieces:
        line = lines.get(one.line_id)
        if line is None:
            found.append(Warranty("unknown", "unknown_line"))
            continue
        first = replaced.get((line.order_id, line.sku))
        facts = WarrantyFacts(
            months=line.warranty_months,
            delivered_at=line.delivered_at,
            time_zone=line.time_zone,
            serial_seen=_standing(one.serial, line.order_id, seen),
            replaced_until=first,
            is_replacement=first is not None,
        )
        found.append(rules.warranty_of(facts, begins_anew=begins_anew, now=one.asked_at or now))
    return found


def _standing(serial: str, order_id: int, seen: Mapping[str, set[int]]) -> SerialSeen:
    if not serial:
        return ""
    orders = seen.get(serial, set())
    return "same" if order_id in orders else "foreign" if orders else "unseen"


def _seen(serials: Collection[str]) -> dict[str, set[int]]:
    """Tell with which orders serial numbers were read; goods that went back into sale may be anybody's by now."""
    found: dict[str, set[int]] = {}
    if not serials:
        return found
    looked = Inspection.objects.filter(serial__in=serials).exclude(piece__booked="sellable")
    repaired = Repair.objects.filter(serial__in=serials)
    for serial, order_id in [
        *looked.values_list("serial", "piece__case__order_id"),
        *repaired.values_list("serial", "order_id"),
    ]:
        found.setdefault(serial, set()).add(order_id)
    return found


def _replaced(orders: Mapping[int, str]) -> dict[tuple[int, str], datetime | None]:
    """Find for orders that are replacements until when the warranty of what they replace lasts, item by item."""
    cases = dict(Case.objects.filter(replacement_order_id__in=orders).values_list("id", "replacement_order_id"))
    claimed = list(Piece.objects.filter(case_id__in=cases).values_list("case_id", "line_id"))
    lines = lines_of({line for _case, line in claimed})
    found: dict[tuple[int, str], datetime | None] = {}
    for case_id, line_id in claimed:
        line = lines[line_id]
        until = window_ends(line.delivered_at, line.time_zone, months=line.warranty_months)
        found[cases[case_id] or 0, line.sku] = until
    return found


def repaired_before(pieces: Sequence[tuple[PieceSold, str]], *, but: Collection[int] = ()) -> list[int]:
    """Count for each piece (with its fault) how often it was repaired within the warranty before.

    A piece is known by its serial number, else by its place in the order. One statement, however many.
    """
    same_fault = bool(parameters.value(SAME_FAULT))
    rows = Repair.objects.filter(
        result="repaired", coverage="in", piece__line_id__in={one.line_id for one, _ in pieces}
    )
    by_serial = Repair.objects.filter(
        result="repaired", coverage="in", serial__in={one.serial for one, _fault in pieces if one.serial}
    )
    known = (rows | by_serial).exclude(id__in=list(but))
    counted = list(
        known.values_list("serial", "piece__line_id", "piece__position", "fault").annotate(n=Count("id", distinct=True))
    )
    return [
        sum(
            number
            for serial, line_id, position, before, number in counted
            if (not same_fault or before == fault)
            and (serial == one.serial if one.serial and serial else (line_id, position) == (one.line_id, one.position))
        )
        for one, fault in pieces
    ]


def may_choose_remedy(row: Repair) -> bool:
    """Tell whether the customer of a repair may choose a replacement or their money instead."""
    needed = int(parameters.value(REPAIRS_NEEDED))
    return rules.has_right_to_remedy(row.repaired_before, needed=needed, coverage=row.coverage)

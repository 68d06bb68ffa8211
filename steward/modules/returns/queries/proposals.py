"""What each grade would mean for a piece: the page shows it before it is confirmed, the command goes by it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.modules.catalog import queries as catalog
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.queries import words
from steward.modules.returns.rules import inspecting as rules
from steward.modules.returns.rules.states import CONDITION_OF, GRADES

SHARES = {
    grade: parameters.define(
        f"returns.share_of_grade_{grade.lower()}", share, unit="‰", label=label, minimum=0, maximum=1000
    )
    for grade, share, label in (
        ("A", 1000, _("Given back of the value of goods of grade A, where nothing was our fault")),
        ("B", 1000, _("Given back of the value of goods of grade B, where nothing was our fault")),
        ("C", 700, _("Given back of the value of goods of grade C, where nothing was our fault")),
        ("D", 0, _("Given back of the value of goods of grade D, where nothing was our fault")),
    )
}


class GradeShown(Struct, frozen=True):
    """One grade with what it would mean. Units: permille."""

    grade: str
    proposal: rules.Proposal
    disposition: str
    condition: str


def proposed(row: Case, item: catalog.ItemFacts, grade: str, *, serial: str = "") -> rules.Proposal:
    """Propose what becomes of a piece of an item in a case found to be of a grade."""
    known = str(row.answers.get("serial", "")).strip().upper()
    return rules.proposal(
        grade,
        storage_class=item.storage_class,
        keeps_for_days=item.shelf_life_days,
        by_customer=row.reason.fault == "customer",
        shares={code: int(parameters.value(one)) for code, one in SHARES.items()},
        serial_differs=bool(known and serial and known != serial.strip().upper()),
        stocked=item.stocked,
    )


def proposals_of(case_id: int, piece_id: int) -> list[GradeShown]:
    """Say what each grade would mean for a piece of a case. Raises: NotFound."""
    piece = Piece.objects.select_related("case__reason").filter(id=piece_id, case_id=case_id).first()
    if piece is None:
        raise errors.NotFound(key=piece_id)
    item = catalog.items_by_id([piece.item_id])[piece.item_id]
    found = [(grade, proposed(piece.case, item, grade)) for grade in GRADES]
    return [
        GradeShown(grade, one, str(words.DISPOSITIONS[one.disposition]), CONDITION_OF.get(one.disposition, ""))
        for grade, one in found
    ]

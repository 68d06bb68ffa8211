"""The words people read about requests: states, facts, why one may not decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

if TYPE_CHECKING:
    from steward.modules.approvals.queries import ApprovalView

STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("approval", "Waits"),
    "granted": pgettext_lazy("approval", "Agreed"),
    "refused": pgettext_lazy("approval", "Refused"),
    "expired": pgettext_lazy("approval", "Lapsed"),
    "withdrawn": pgettext_lazy("approval", "Withdrawn"),
}
FACTS: Mapping[str, Any] = {
    "shop": gettext_lazy("Shop"),
    "cause": gettext_lazy("Why"),
    "warehouse": gettext_lazy("Warehouse"),
    "order": gettext_lazy("Order"),
    "earlier_minor": gettext_lazy("Asked back before"),
    "sku": gettext_lazy("Goods"),
    "quantity": gettext_lazy("Pieces"),
    "lot": gettext_lazy("Lot"),
    "condition": pgettext_lazy("goods", "Condition"),
    "valued_at": gettext_lazy("Valued"),
    "given_up_before_minor": gettext_lazy("Given up lately, counted with it"),
    "off_before_minor": gettext_lazy("Differences submitted lately, counted with it"),
    "lines_off": gettext_lazy("Lines that differ"),
    "pieces_found": gettext_lazy("Pieces found more"),
    "pieces_missing": gettext_lazy("Pieces missing"),
}
VALUES: Mapping[tuple[str, str], Any] = {
    ("cause", "entered"): pgettext_lazy("check of an entry", "Entered by hand"),
    ("cause", "changed"): pgettext_lazy("check of an entry", "Changed by a person"),
    ("cause", "sampled"): pgettext_lazy("check of an entry", "Sample of a trusted source"),
}
WHY_NOT: Mapping[str, Any] = {
    "permission": gettext_lazy("Your role decides no approvals."),
    "own": gettext_lazy("You had a hand in this yourself, so somebody else has to decide it."),
    "decided": gettext_lazy("You have decided this already; somebody else has to decide it too."),
    "role": gettext_lazy("This needs somebody of another role, or who stands in for one."),
}


def state_label(state: str) -> str:
    """Name a state in the reader's language."""
    return str(STATES.get(state, state))


def facts_of(row: ApprovalView) -> list[tuple[str, Any]]:
    """List the facts people read; what only steers pages is left out."""
    return [(name, value) for name, value in row.facts.items() if name != "decided_on"]


def fact_label(name: str) -> str:
    """Name a fact."""
    return str(FACTS.get(name, name.replace("_", " ")))


def fact_text(name: str, value: Any) -> str:
    """Write a fact's value."""
    return str(VALUES.get((name, str(value)), value))


def why_not(code: str) -> str:
    """Say why somebody may not decide; empty where they may."""
    return str(WHY_NOT.get(code, ""))


def said(state: str) -> str:
    """Say what a verdict led to."""
    if state == "open":
        return _("Noted. Somebody else has to agree as well.")
    return _("Agreed to.") if state == "granted" else _("Refused; whoever asked is told why.")

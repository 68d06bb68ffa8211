"""Words for limits, subjects, steps and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.kernel import languages

SUBJECTS: Mapping[str, Any] = {
    "order": pgettext_lazy("subject", "Orders"),
    "ticket": pgettext_lazy("subject", "Tickets"),
    "ticket_step": pgettext_lazy("subject", "Steps of tickets"),
    "return": pgettext_lazy("subject", "Returns"),
    "complaint": pgettext_lazy("subject", "Complaints"),
    "incident": pgettext_lazy("subject", "Emergencies"),
    "call": pgettext_lazy("subject", "Calls"),
    "quality_review": pgettext_lazy("subject", "Quality reviews"),
    "exception": pgettext_lazy("subject", "Exceptions"),
    "offer": pgettext_lazy("subject", "Offers to the customer"),
    "approval": pgettext_lazy("subject", "Approvals"),
    "claim": pgettext_lazy("subject", "Claims against carriers"),
}
FACTS: Mapping[str, Any] = {
    "urgency": pgettext_lazy("fact", "urgency"),
    "severity": pgettext_lazy("fact", "severity"),
    "kind": pgettext_lazy("fact", "kind"),
    "special": pgettext_lazy("fact", "declared special"),
    "step": pgettext_lazy("fact", "step"),
}
VALUES: Mapping[str, Any] = {
    "order_entry": pgettext_lazy("fact", "check of an entry"),
    "urgent": pgettext_lazy("fact", "urgent"),
    "high": pgettext_lazy("fact", "high"),
    "normal": pgettext_lazy("fact", "normal"),
    "low": pgettext_lazy("fact", "low"),
    "true": pgettext_lazy("fact", "yes"),
    "false": pgettext_lazy("fact", "no"),
}
CLOCKS: Mapping[str, Any] = {
    "order_mend": pgettext_lazy("clock", "Mend"),
    "order_payment": pgettext_lazy("clock", "Payment"),
    "payment_reminder": pgettext_lazy("clock", "Payment reminder"),
    "order_audit": pgettext_lazy("clock", "Audit"),
    "order_invoice": pgettext_lazy("clock", "Invoice"),
    "order_screening": pgettext_lazy("clock", "Screening"),
    "exception_solve": pgettext_lazy("clock", "Exception"),
    "offer_answer": pgettext_lazy("clock", "Answer to an offer"),
    "approval_decision": pgettext_lazy("clock", "Decision"),
    "first_reply": pgettext_lazy("clock", "First reply"),
    "preliminary_solution": pgettext_lazy("clock", "Preliminary solution (urgent)"),
    "substantive_reply": pgettext_lazy("clock", "Substantive reply"),
    "solution": pgettext_lazy("clock", "Solution"),
    "next_reply": pgettext_lazy("clock", "Next reply"),
    "assignment": pgettext_lazy("clock", "Somebody to take it"),
    "step": pgettext_lazy("clock", "Step of a flow"),
    "inspection_decision": pgettext_lazy("clock", "Inspected and decided"),
    "case_decision": pgettext_lazy("clock", "Case answered"),
    "exchange_choice": pgettext_lazy("clock", "Exchange chosen anew"),
    "exchange_payment": pgettext_lazy("clock", "Difference of an exchange paid"),
    "exchange_goods": pgettext_lazy("clock", "Goods back for an advance replacement"),
    "exchange_charge": pgettext_lazy("clock", "Advance replacement paid"),
    "complaint_registered": pgettext_lazy("clock", "Registered"),
    "complaint_solved": pgettext_lazy("clock", "Solved"),
    "emergency_plan": pgettext_lazy("clock", "Plan made"),
    "report_to_customer": pgettext_lazy("clock", "Reported to the customer"),
    "phone_answered": pgettext_lazy("clock", "Phone answered"),
    "quality_review": pgettext_lazy("clock", "Review of quality"),
    "quality_decision": pgettext_lazy("clock", "Decision about an appeal"),
    "claim_submit": pgettext_lazy("clock", "Claim sent"),
    "claim_answer": pgettext_lazy("clock", "Carrier's answer"),
}
VERBS: Mapping[str, Any] = {
    "notify": pgettext_lazy("escalation", "Notify"),
    "reassign": pgettext_lazy("escalation", "Reassign"),
    "manager": pgettext_lazy("escalation", "Call in the manager"),
    "on_call": pgettext_lazy("escalation", "Call who is on call"),
}
OPS: Mapping[str, Any] = {
    "is": pgettext_lazy("condition", "is"),
    "is_not": pgettext_lazy("condition", "is not"),
    "in": pgettext_lazy("condition", "is one of"),
    "at_least": pgettext_lazy("condition", "is at least"),
    "below": pgettext_lazy("condition", "is below"),
}
HAPPENED: Mapping[str, Any] = {
    "paused": _("Stands still"),
    "resumed": _("Runs on"),
    "recomputed": _("Computed anew"),
    "due_set": _("Due time set from outside"),
    "due_released": _("Due time by the policy again"),
    "warned": _("Warned"),
    "breached": _("Limit missed"),
    "breach_withdrawn": _("Missed limit taken back"),
    "escalated": _("Escalated"),
    "reassigned": _("Changed hands"),
    "not_reassigned": _("Nobody to take it over"),
    "reopened": _("Reopened"),
    "cancelled": _("Called off"),
}
# Why it went to that person.
TAKEN_BY: Mapping[str, Any] = {
    "on_duty": _("next on duty"),
    "on_call": _("nobody on duty, on call"),
    "manager": _("nobody on duty, manager"),
    "nobody": _("nobody on duty, nobody on call, no manager who may"),
}
PAUSES: Mapping[str, Any] = {
    "waiting_for_customer": _("waiting for the customer"),
    "waiting_for_third_party": _("waiting for somebody else"),
    "waiting_for_supplier": _("waiting for the supplier"),
    "waiting_for_carrier": _("waiting for the carrier"),
    "held_by_screening": _("held by screening"),
    "awaits_verification": _("waits for the second check"),
}


# Why clocks run on, stand still or were computed anew, where a part of the system said it.
REASONS: Mapping[str, Any] = {
    **PAUSES,
    "verified": _("the second check is done"),
    "released": _("released by screening"),
    "answered": _("whoever it waited for has acted"),
    "fact is back": _("the fact is back"),
    "holidays": _("new holidays"),
    "changed hands": _("it changed hands"),
    "team hours": _("the team keeps other hours"),
    "team members": _("people changed teams"),
}


def clock_reason(reason: str) -> str:
    """Say why something happened to a clock; what a person wrote stands as it is."""
    return str(REASONS.get(reason, reason))


def pause_words(reason: str | None) -> str:
    """Say why a clock stands still."""
    return str(PAUSES.get(reason or "", reason or ""))


def clock_words(kind: str) -> dict[str, str]:
    """Name a limit in every language."""
    return languages.in_each(lambda: CLOCKS.get(kind, kind))

"""Words for complaints and for asking afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

STATES: Mapping[str, Any] = {
    "noticed": pgettext_lazy("complaint", "To register"),
    "registered": pgettext_lazy("complaint", "Registered"),
    "investigating": pgettext_lazy("complaint", "Under investigation"),
    "proposed": pgettext_lazy("complaint", "Solution proposed"),
    "agreed": pgettext_lazy("complaint", "Customer agreed"),
    "closed": pgettext_lazy("complaint", "Closed"),
    "reopened": pgettext_lazy("complaint", "Opened again"),
    "dismissed": pgettext_lazy("complaint", "No complaint"),
}
VERBS: Mapping[str, Any] = {
    "notice": _("Noticed by what the ticket is about"),
    "register": _("Registered"),
    "dismiss": _("Found to be no complaint"),
    "investigate": _("Investigate"),
    "propose": _("Propose a solution"),
    "agree": _("The customer agrees"),
    "decline": _("The customer declines"),
    "close": pgettext_lazy("complaint", "Close"),
    "reopen": pgettext_lazy("complaint", "Open again"),
    "wait": _("Wait for the customer"),
    "go_on": _("Go on"),
}
DONE: Mapping[str, Any] = {
    "notice": _("Noticed by what the ticket is about"),
    "register": pgettext_lazy("complaint", "Registered"),
    "dismiss": _("Found to be no complaint"),
    "investigate": _("The investigation began"),
    "propose": _("A solution was proposed"),
    "agree": _("The customer agreed"),
    "decline": _("The customer declined"),
    "close": pgettext_lazy("complaint", "Closed"),
    "reopen": pgettext_lazy("complaint", "Opened again"),
    "wait": _("Waits for the customer"),
    "go_on": _("Goes on"),
}
SERIOUSNESS: Mapping[str, Any] = {
    "low": pgettext_lazy("seriousness", "Slight"),
    "normal": pgettext_lazy("seriousness", "Ordinary"),
    "high": pgettext_lazy("seriousness", "Serious"),
    "critical": pgettext_lazy("seriousness", "Critical"),
}
SOURCES: Mapping[str, Any] = {
    "ticket": pgettext_lazy("complaint source", "Ticket"),
    "phone": pgettext_lazy("complaint source", "Phone"),
    "counter": pgettext_lazy("complaint source", "Counter"),
    "email": pgettext_lazy("complaint source", "E-mail"),
    "letter": pgettext_lazy("complaint source", "Letter"),
    "regulator": pgettext_lazy("complaint source", "Authority"),
    "marketplace": pgettext_lazy("complaint source", "Marketplace"),
}
OUTCOMES: Mapping[str, Any] = {
    "satisfied": pgettext_lazy("complaint outcome", "Satisfied"),
    "settled": pgettext_lazy("complaint outcome", "Settled"),
    "rejected_with_reason": pgettext_lazy("complaint outcome", "Rejected with reasons"),
    "withdrawn": pgettext_lazy("complaint outcome", "Withdrawn by the customer"),
    "escalated_outside": pgettext_lazy("complaint outcome", "Taken outside"),
}
QUEUES: Mapping[str, Any] = {
    "mine": pgettext_lazy("complaint queue", "Mine"),
    "noticed": pgettext_lazy("complaint queue", "To register"),
    "under_way": pgettext_lazy("complaint queue", "Under way"),
    "waiting": pgettext_lazy("complaint queue", "Waiting for the customer"),
    "overdue": pgettext_lazy("complaint queue", "Overdue"),
    "closed": pgettext_lazy("complaint queue", "Closed"),
    "all": pgettext_lazy("complaint queue", "All"),
}
KINDS: Mapping[str, Any] = {
    "money": pgettext_lazy("compensation", "Money"),
    "coupon": pgettext_lazy("compensation", "Coupon"),
    "goods": pgettext_lazy("compensation", "Goods"),
    "apology": pgettext_lazy("compensation", "Apology"),
}
WISHES: Mapping[str, Any] = {
    "asked": pgettext_lazy("compensation", "Waits for a decision"),
    "granted": pgettext_lazy("compensation", "Granted, to be handed over"),
    "handed_over": pgettext_lazy("compensation", "Handed over"),
    "refused": pgettext_lazy("compensation", "Refused"),
    "withdrawn": pgettext_lazy("compensation", "Taken back"),
}
CALLS: Mapping[str, Any] = {
    "": pgettext_lazy("call to the customer", "Planned"),
    "content": pgettext_lazy("call to the customer", "Content"),
    "not_content": pgettext_lazy("call to the customer", "Not content"),
    "not_reached": pgettext_lazy("call to the customer", "Not reached"),
    "not_needed": pgettext_lazy("call to the customer", "Not needed"),
}
WORKED: Mapping[str, Any] = {
    "measure_set": _("Measure: %(words)s"),
    "measure_done": _("Measure done: %(words)s"),
    "call_set": _("A call to the customer was planned."),
    "call_made": _("The customer was called (%(result)s): %(words)s"),
}
FACTS: Mapping[str, Any] = {
    "type": pgettext_lazy("complaint fact", "type"),
    "seriousness": pgettext_lazy("complaint fact", "seriousness"),
    "wants": pgettext_lazy("complaint fact", "what the customer wants"),
    "reference": pgettext_lazy("complaint fact", "reference"),
    "team": pgettext_lazy("complaint fact", "responsible department"),
    "owner_id": pgettext_lazy("complaint fact", "responsible person"),
    "about_staff_id": pgettext_lazy("complaint fact", "whom it is about"),
    "cause": pgettext_lazy("complaint fact", "root cause"),
    "cause_words": pgettext_lazy("complaint fact", "root cause in words"),
}
FOLLOW_UP_CHANNELS: Mapping[str, Any] = {
    "phone": pgettext_lazy("follow-up", "Phone"),
    "email": pgettext_lazy("follow-up", "E-mail"),
    "sms": pgettext_lazy("follow-up", "Text message"),
    "chat": pgettext_lazy("follow-up", "Web chat"),
}
FOLLOW_UP_STATES: Mapping[str, Any] = {
    "to_call": pgettext_lazy("follow-up", "To call"),
    "asked": pgettext_lazy("follow-up", "Asked"),
    "answered": pgettext_lazy("follow-up", "Answered"),
    "unreached": pgettext_lazy("follow-up", "Not reached"),
    "lapsed": pgettext_lazy("follow-up", "Lapsed"),
    "skipped": pgettext_lazy("follow-up", "Not asked"),
}
FOLLOW_UP_WHYS: Mapping[str, Any] = {
    "sample": _("not in the sample"),
    "asked_lately": _("asked not long ago"),
    "nobody": _("nobody known to ask"),
    "no_conversation": _("no conversation to ask by"),
    "not_wanted": _("they do not want to be asked"),
    "not_delivered": _("the question did not arrive"),
    "no_answer": _("no answer in time"),
}


def label_of(labels: Mapping[str, str], code: str) -> str:
    """Name a row in the reader's language; one without a name there by another, else by its code."""
    return labels.get(get_language() or "") or labels.get("zh-hans") or labels.get("en") or code

"""What people read for states, places, faults and warranties of repairs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

STATES: Mapping[str, Any] = {
    "awaiting": pgettext_lazy("repair", "Expected"),
    "received": pgettext_lazy("repair", "To diagnose"),
    "diagnosed": pgettext_lazy("repair", "Diagnosed"),
    "quoted": pgettext_lazy("repair", "Quoted"),
    "approved": pgettext_lazy("repair", "Agreed"),
    "declined": pgettext_lazy("repair", "Declined"),
    "in_repair": pgettext_lazy("repair", "In repair"),
    "tested": pgettext_lazy("repair", "Tested"),
    "not_repairable": pgettext_lazy("repair", "Cannot be repaired"),
    "ready": pgettext_lazy("repair", "Ready"),
    "returned": pgettext_lazy("repair", "Sent back"),
    "handed_over": pgettext_lazy("repair", "Handed over"),
    "replace_instead": pgettext_lazy("repair", "Replaced instead"),
    "refund_instead": pgettext_lazy("repair", "Refunded instead"),
    "cancelled": pgettext_lazy("repair", "Called off"),
}
NEXT: Mapping[str, Any] = {
    "awaiting": _("The goods are expected."),
    "received": _("Somebody finds out what is wrong."),
    "diagnosed": _("Somebody decides: repair free of charge, quote, or give back."),
    "quoted": _("The customer answers the quote."),
    "approved": _("Somebody begins the repair."),
    "parts": _("The repair waits for parts."),
    "declined": _("The goods go back as they are, or get another quote."),
    "in_repair": _("The repair is under way."),
    "tested": _("The test is noted."),
    "not_repairable": _("The customer chooses: replacement, money, or the goods back as they are."),
    "ready": _("The goods go back to their owner."),
    "owed": _("The goods wait until the repair is paid."),
    "over": _("Nothing is left to be done."),
}
PLACES: Mapping[str, Any] = {
    "sent_in": pgettext_lazy("repair", "Sent in"),
    "station": pgettext_lazy("repair", "At a station"),
    "on_site": pgettext_lazy("repair", "At the customer’s"),
}
FAULTS: Mapping[str, Any] = {
    "power": pgettext_lazy("fault", "Power"),
    "battery": pgettext_lazy("fault", "Battery"),
    "display": pgettext_lazy("fault", "Display"),
    "connection": pgettext_lazy("fault", "Connection"),
    "mechanical": pgettext_lazy("fault", "Mechanics"),
    "leak": pgettext_lazy("fault", "Leak"),
    "heat": pgettext_lazy("fault", "Heat"),
    "noise": pgettext_lazy("fault", "Noise"),
    "appearance": pgettext_lazy("fault", "Looks"),
    "other": pgettext_lazy("fault", "Something else"),
}
CAUSES: Mapping[str, Any] = {
    "defect": pgettext_lazy("cause of a fault", "Defect of the goods"),
    "wear": pgettext_lazy("cause of a fault", "Wear"),
    "misuse": pgettext_lazy("cause of a fault", "Damage in use"),
    "no_fault": pgettext_lazy("cause of a fault", "Nothing found"),
}
COVERAGES: Mapping[str, Any] = {
    "in": pgettext_lazy("warranty", "Within the warranty"),
    "out": pgettext_lazy("warranty", "Not covered"),
    "unknown": pgettext_lazy("warranty", "Warranty unclear"),
}
WARRANTY: Mapping[str, Any] = {
    "no_warranty": _("These goods carry no warranty."),
    "not_delivered": _("Nobody knows when it was delivered."),
    "unknown_line": _("It is not known which goods these are."),
    "serial_of_another_order": _("This serial number was only seen with another order: a person decides."),
    "over": _("The warranty ended on %(day)s."),
    "within": _("Within the warranty, until %(day)s."),
    "replacement": _("A replacement, within its warranty until %(day)s."),
}
RESULTS: Mapping[str, Any] = {
    "repaired": pgettext_lazy("result of a repair", "Repaired"),
    "unrepaired": pgettext_lazy("result of a repair", "Not repaired"),
    "not_repairable": pgettext_lazy("result of a repair", "Cannot be repaired"),
    "replaced": pgettext_lazy("result of a repair", "Replaced"),
    "refunded": pgettext_lazy("result of a repair", "Refunded"),
    "cancelled": pgettext_lazy("result of a repair", "Called off"),
}
WORK: Mapping[str, Any] = {
    "diagnosis": pgettext_lazy("work", "Diagnosis"),
    "repair": pgettext_lazy("work", "Repair"),
    "test": pgettext_lazy("work", "Repair and test"),
}
QUOTE_STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("quote", "Waits for the customer"),
    "approved": pgettext_lazy("quote", "Agreed"),
    "declined": pgettext_lazy("quote", "Declined"),
    "expired": pgettext_lazy("quote", "Not answered in time"),
    "withdrawn": pgettext_lazy("quote", "Withdrawn"),
}
PART_STATES: Mapping[str, Any] = {
    "wanted": pgettext_lazy("part of a repair", "Needed"),
    "set_aside": pgettext_lazy("part of a repair", "Set aside"),
    "used": pgettext_lazy("part of a repair", "Used"),
    "dropped": pgettext_lazy("part of a repair", "Not used"),
}
CHARGE_STATES: Mapping[str, Any] = {
    "due": pgettext_lazy("owed for a repair", "To be paid"),
    "paid": pgettext_lazy("owed for a repair", "Paid"),
    "waived": pgettext_lazy("owed for a repair", "Waived"),
    "dropped": pgettext_lazy("owed for a repair", "Not owed any more"),
}
CHARGE_CAUSES: Mapping[str, Any] = {
    "repair": pgettext_lazy("owed for", "Repair"),
    "loaner": pgettext_lazy("owed for", "Loaner that was lost"),
}
VISIT_STATES: Mapping[str, Any] = {
    "planned": pgettext_lazy("visit", "Agreed"),
    "done": pgettext_lazy("visit", "Done"),
    "cancelled": pgettext_lazy("visit", "Called off"),
}
LOANER_STATES: Mapping[str, Any] = {
    "lent": pgettext_lazy("loaner", "Lent"),
    "returned": pgettext_lazy("loaner", "Back"),
    "lost": pgettext_lazy("loaner", "Lost"),
}
WHY_NOT: Mapping[str, Any] = {
    "parts": _("Parts are missing."),
    "owed": _("It is not paid yet."),
    "covered": _("The warranty covers it."),
    "not_covered": _("The warranty does not cover it, or nobody has said so yet."),
    "no_right": _("It can be repaired, and was not repaired too often."),
}


def warranty_words(why: str, until: datetime | None) -> str:
    """Say what a warranty was found to be."""
    day = formats.date_format(localtime(until), "DATE_FORMAT") if until else "–"
    return str(WARRANTY.get(why, why)) % {"day": day}


def line_words(line: Mapping[str, Any], language: str) -> str:
    """Name one line of a quote in a language."""
    if line["kind"] == "labour":
        return gettext("Work, %(minutes)s minutes") % {"minutes": line["quantity"]}
    if line["kind"] == "part":
        names = line["names"]
        name = names["en"] if language.startswith("en") else names["zh"]
        return f"{name} × {line['quantity']}"
    return str(line.get("what", ""))

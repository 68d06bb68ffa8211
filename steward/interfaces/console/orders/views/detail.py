"""The page of one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.cases import pages as cases
from steward.interfaces.console.desk import of_order as desk
from steward.interfaces.console.fulfilment import ordering
from steward.interfaces.console.messaging import about
from steward.interfaces.console.orders import auditing, changes, offers
from steward.interfaces.console.orders.actions import actions_of
from steward.interfaces.console.orders.forms import address_with
from steward.interfaces.console.payments import refunds
from steward.interfaces.console.shipping import listing as shipping
from steward.kernel import money
from steward.modules.customers.commands import rights
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.queries.words import CLOCKS, HAPPENED, TAKEN_BY, VERBS, clock_reason
from steward.modules.orders import queries
from steward.modules.orders.commands import reveal
from steward.modules.orders.queries import screening, verification, words
from steward.modules.orders.queries.process import step_label
from steward.modules.orders.queries.timeline import GROUPS
from steward.modules.orders.rules import transitions
from steward.modules.orders.rules.steps import Standing
from steward.modules.payments import queries as payments
from steward.modules.people import queries as people

FINDING = "finding-"
CHECKED_IN = ("received", "checked", "audit")
REVEALED = ("name", "phone", "email", "street", "note")
MENDABLE = (*(f"recipient.{name}" for name in ("name", "phone", "province", "city", "district", "street")), "note")


@require_GET
@needs("orders.view")
def order(request: StaffRequest, number: str) -> HttpResponse:
    """Show one order: where it stands, whose turn it is, what was found, what happened."""
    detail = queries.order_detail(number)
    group = request.GET.get("kind", "")
    timeline = queries.timeline(detail.order.id, group=group, after=row_number(request.GET.get("after", "")))
    names = people.actor_names({entry.actor for entry in timeline.entries} | {detail.entered_by})
    screened = screening.find_screening(detail.order.id)
    checks = verification.rounds_of(detail.order.id)
    awaits_check = bool(checks and checks[0].state == "open" and detail.order.state in CHECKED_IN)
    facts = {
        "detail": detail,
        "order": detail.order,
        "order_actions": actions_of(
            request.actor, detail, is_held=bool(screened and screened.is_held), awaits_check=awaits_check
        ),
        "awaits_check": awaits_check,
        "has_checks": bool(checks),
        "steps": _steps(detail.standing),
        "turn": _turn(detail),
        "clocks": _clocks(detail),
        "timeline": timeline,
        "timeline_entries": [(entry, names.get(entry.actor, entry.actor)) for entry in timeline.entries],
        "timeline_groups": GROUPS,
        "timeline_group": group,
        "older_url": address_with(request.GET, after=timeline.next_after) if timeline.next_after else "",
        "entered_by": names.get(detail.entered_by, detail.entered_by),
        "provider_names": {each.code: each.name for each in payments.providers()},
        "source": words.word(words.SOURCES, detail.order.source),
        "cancel_cause": words.cancel_cause(detail.cancel_cause),
        "priorities": list(words.PRIORITIES.items()),
        "cancel_causes": [(cause, words.cancel_cause(cause)) for cause in transitions.CANCEL_CAUSES],
        "not_supplied": [queries.field_label(name) for name in detail.not_supplied],
        "reveal_url": reverse("order_reveal", args=[detail.order.number]) if request.actor.may("orders.reveal") else "",
        "may_mend": request.actor.may("orders.mend") and detail.order.state in ("received", "checked", "audit"),
        "mendable": [(field, queries.field_label(field)) for field in MENDABLE],
        "conflicts": [
            (conflict, _differences(conflict.differences, detail.order.currency)) for conflict in detail.conflicts
        ],
        **offers.of_order(request.actor, detail),
        **changes.of_order(request.actor, detail),
        **refunds.of_order(request.actor, detail.order),
        **ordering.of_order(request.actor, detail.order),
        **shipping.of_order(request.actor, detail.order.id),
        **cases.of_order(request.actor, detail.order.id),
        **about.of_order(request.actor, detail.order.id),
        **desk.of_order(request.actor, detail.order.id),
        **auditing.of_order(request, detail),
        "screening": screened,
        "may_screen": request.actor.may("orders.screen"),
        "may_do_steps": request.actor.may("orders.do_steps"),
    }
    return render(request, "console/orders/order.html", facts)


def _clocks(detail: queries.OrderDetail) -> list[dict[str, Any]]:
    """List the order's clocks, each with what happened to it."""
    histories = deadlines.histories_of([clock.id for clock in detail.clocks])
    changed = [one for lines in histories.values() for one in lines]
    ids = {clock.owner_id for clock in detail.clocks} | {one.owner_after for one in changed}
    names = {id_: contact.name for id_, contact in people.staff_contact({id_ for id_ in ids if id_}).items()}
    return [
        {
            "clock": clock,
            "label": _clock_label(detail.standing, clock.kind),
            "owner": names.get(clock.owner_id or 0, "") if clock.stopped_at is None else "",
            "history": [
                (entry, HAPPENED.get(entry.what, entry.what), _step_words(entry, names))
                for entry in histories.get(clock.id, ())
            ],
        }
        for clock in detail.clocks
    ]


def _step_words(entry: deadlines.HistoryView, names: Mapping[int, str]) -> str:
    """Say what a line of a clock's history is about: the step and why, or who has it since."""
    if entry.owner_after:
        return f"{names.get(entry.owner_after, entry.owner_after)} ({TAKEN_BY.get(entry.reason, entry.reason)})"
    if entry.what == "escalated":
        return str(VERBS.get(entry.verb, ""))
    return str(TAKEN_BY.get(entry.reason, "")) or clock_reason(entry.reason)


def _steps(standing: Standing) -> list[dict[str, Any]]:
    return [
        {
            "code": step.code,
            "label": step_label(step.code, step.name),
            "status": step.status,
            "role": words.word(words.ROLES, step.responsible_role) if step.responsible_role else "",
        }
        for step in standing.steps
    ]


def _clock_label(standing: Standing, kind: str) -> str:
    """Name a clock; that of an own step by the step."""
    own = next((step for step in standing.steps if step.manual and step.clock_kind == kind), None)
    return step_label(own.code, own.name) if own else words.word(CLOCKS, kind)


def _label_of(standing: Standing, code: str) -> str:
    return next((step_label(step.code, step.name) for step in standing.steps if step.code == code), "")


def _turn(detail: queries.OrderDetail) -> dict[str, Any]:
    """Say whose turn it is, what to do and what comes next, in the reader's language."""
    standing = detail.standing
    step = standing.current
    instruction = step.instruction if step else {}
    language = get_language() or "zh-hans"
    return {
        "role": words.word(words.ROLES, step.responsible_role) if step and step.responsible_role else "",
        "instruction": instruction.get(language) or instruction.get("zh-hans", ""),
        "hindrance": words.word(words.HINDRANCES, standing.hindrance),
        "next": _label_of(standing, standing.following),
        "do_step": step.code if step and step.manual else "",
        "clock": detail.order.clock,
        "clock_label": _clock_label(standing, detail.order.clock.kind) if detail.order.clock else "",
    }


def _differences(differences: dict[str, Any], currency: str) -> list[dict[str, str]]:
    """Lay out where a conflict's two contents differ: one row per field, what stands and what came."""
    rows = []
    for field, (stands, came) in differences.items():
        sides = [_side(field, value, currency) for value in (stands, came)]
        rows.append({"field": queries.field_label(field), "stands": sides[0], "came": sides[1]})
    return rows


def _side(field: str, value: Any, currency: str) -> str:
    if field.endswith("_minor") and isinstance(value, int):
        return f"{money.to_decimal(value, currency)} {currency}"
    if isinstance(value, list):
        return "\n".join(_line(str(part), currency) for part in value)
    return words.shown(field, value)


def _line(text: str, currency: str) -> str:
    """Write the price at the end of a line, kept in minor units, as an amount."""
    goods, at, minor = text.rpartition(" @ ")
    return f"{goods} · {money.to_decimal(int(minor), currency)} {currency}" if at and minor.isdigit() else text


@require_POST
@needs("orders.reveal")
def order_reveal(request: StaffRequest, number: str) -> HttpResponse:
    """Show one personal field in clear, in place of its mask; who looked is recorded."""
    field = request.POST.get("field", "")
    order_id = queries.order_id(number)
    if field.startswith(FINDING):
        value = _clear_finding(request, order_id, field.removeprefix(FINDING))
    else:
        value = _clear_value(request, order_id, field) if field in REVEALED else ""
    return HttpResponse(format_html('<span class="masked revealed">{}</span>', value or "—"))


def _clear_finding(request: StaffRequest, order_id: int, finding_id: str) -> str:
    """Write a finding out with what was typed and what is suggested."""
    clear = reveal.reveal_order(request.actor, order_id=order_id, reason=_("Opened on the order page"))
    found = clear["findings"].get(finding_id)
    if found is None:
        return ""
    text, suggested = queries.finding_text(found["code"], found["params"]), found["suggestion"]
    return f"{text} → {queries.suggestion_text(suggested)}?" if suggested else text


def _clear_value(request: StaffRequest, order_id: int, field: str) -> str:
    """Open one field of the recipient, or of the buyer where the source names only that one."""
    reason = _("Opened on the order page")
    clear = reveal.reveal_order(request.actor, order_id=order_id, reason=reason)
    value = clear.get("note") if field == "note" else clear["recipient"].get(field)
    if value or field in ("note", "street") or not request.actor.may("customers.reveal"):
        return str(value or "")
    customer_id = queries.order_detail(order_id).customer_id
    if customer_id is None:
        return ""
    return str(rights.reveal_customer(request.actor, customer_id=customer_id, reason=reason).get(field) or "")

"""Read standard answers: the list, who may use which, and one filled in for a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from msgspec import Struct

from steward.kernel import errors
from steward.modules.desk.models import Macro
from steward.modules.desk.queries.ticket import TicketView
from steward.modules.desk.rules import standard_answers as rules
from steward.modules.logistics.queries.shipments import shipments_of_order
from steward.modules.messaging.queries.rendering import house_name
from steward.modules.orders.queries.allocating import numbers_of_orders
from steward.modules.people import queries as people


class MacroView(Struct, frozen=True, kw_only=True):
    """One standard answer; `title` and `body` are those of the reader's language."""

    id: int
    code: str
    title: str
    body: str
    titles: dict[str, str]
    bodies: dict[str, str]
    category: str
    sub_reason: str
    tags: list[str]
    then: str
    teams: list[str]
    uses: int
    is_active: bool
    changed_by: str
    changed_at: datetime


def macros(*, with_former: bool = False) -> list[MacroView]:
    """List standard answers, the most used first."""
    rows = Macro.objects.all() if with_former else Macro.objects.filter(is_active=True)
    return [_view(row) for row in rows.order_by("-uses", "code")]


def macros_for(staff_id: int | None) -> list[MacroView]:
    """List the standard answers that a person may use, the most used first."""
    team = people.team_of([staff_id]).get(staff_id, "") if staff_id else ""
    return [one for one in macros() if not one.teams or team in one.teams]


def get_macro(code: str) -> MacroView:
    """Read one standard answer. Raises: NotFound."""
    row = Macro.objects.filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    return _view(row)


def values_for(view: TicketView, agent_name: str) -> dict[str, str]:
    """Collect what the variables of standard answers stand for on a ticket; empty where nothing is known."""
    parcels = [one.row for one in shipments_of_order(view.order_id)] if view.order_id else []
    parcel = next((one for one in reversed(parcels) if one.tracking), None)
    expected = parcel.expected_date if parcel else None
    return {
        "ticket_number": view.number,
        "order_number": numbers_of_orders([view.order_id]).get(view.order_id, "") if view.order_id else "",
        "carrier": parcel.carrier_name if parcel else "",
        "tracking_number": parcel.tracking[0] if parcel else "",
        "expected_date": expected.isoformat() if expected else "",
        "agent_name": agent_name,
        "house": house_name(),
    }


def filled_for(one: MacroView, view: TicketView, values: Mapping[str, str]) -> str:
    """Write a standard answer out for a ticket, in the language its customer writes."""
    return rules.filled(rules.spoken(one.bodies, view.language or "zh"), values)


def _view(row: Macro) -> MacroView:
    language = get_language() or "zh-hans"
    actions: dict[str, Any] = row.actions
    return MacroView(
        id=row.id,
        code=row.code,
        title=rules.spoken(row.titles, language),
        body=rules.spoken(row.bodies, language),
        titles=row.titles,
        bodies=row.bodies,
        category=str(actions.get("category", "")),
        sub_reason=str(actions.get("sub_reason", "")),
        tags=[str(tag) for tag in actions.get("tags", [])],
        then=str(actions.get("then", "")),
        teams=row.teams,
        uses=row.uses,
        is_active=row.is_active,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )

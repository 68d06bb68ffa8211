"""Customers of the sample who are one person: some were merged, one was kept apart, others wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from steward.modules.customers.commands import identities, proposing
from steward.modules.customers.queries import proposals
from steward.modules.orders import queries as orders
from steward.modules.orders.rules.drafts import OrderDraft
from steward.sample.people import Crew

WAITING, BY_HAND = 4, 2


def notice(crew: Crew, drafts: Iterable[OrderDraft], now: datetime) -> int:
    """Let agents note the phone of buyers of other shops who called, which is known from our own shop.

    Two pairs are merged, one is kept apart, the rest wait. Returns how many pairs were noticed.
    """
    agent, manager = crew.first("customer_service"), crew.first("after_sales_manager")
    own: dict[str, OrderDraft] = {}
    others: dict[str, OrderDraft] = {}
    for draft in drafts:
        (own if draft.shop == "own" else others).setdefault(draft.recipient.phone, draft)
    found = 0
    for phone in [phone for phone in others if phone in own]:
        customer_id = _buyer(others[phone])
        if customer_id is None or _buyer(own[phone]) in (None, customer_id):
            continue
        identities.add_identity(agent, customer_id=customer_id, kind="phone", value=phone, now=now)
        found += 1
        if found == WAITING + BY_HAND + 1:
            break
    rows = proposals.proposals_page(limit=BY_HAND + 1)
    for row in rows[:BY_HAND]:
        proposing.accept_proposal(manager, proposal_id=row.id, reason="来电核对，两个账号同一人", now=now)
    for row in rows[BY_HAND:]:
        proposing.refuse_proposal(manager, proposal_id=row.id, reason="夫妻共用手机号", now=now)
    return found


def _buyer(draft: OrderDraft) -> int | None:
    order_id = orders.find_order_by_external(shop=draft.shop, external_number=draft.external_number)
    return orders.order_detail(order_id).customer_id if order_id is not None else None

"""The API as a whole: its routers, who may ask, how often, and what errors look like."""

from __future__ import annotations

from functools import cache
from typing import Any

from ninja import NinjaAPI

# Modules that add operations to the router of `orders`, `people` or `repairs` must be loaded before it is taken over.
from steward.interfaces.api import (
    accounts,
    approvals,
    calls,
    carriers,
    case_exchanges,
    cases,
    change_policy,
    classifier,
    clearing,
    compensations,
    complaints,
    contract,
    customers,
    deadlines,
    desk_wall,
    exception_rules,
    exceptions,
    fulfilment,
    goods,
    incoming,
    key_customers,
    mailboxes,
    messages,
    offers,
    operations,
    order_actions,
    order_changes,
    orders,
    orders_in,
    people,
    problems,
    process,
    quality,
    refund_quotes,
    refunds,
    repair_care,
    repairs,
    return_policies,
    rosters,
    screening,
    shipping,
    standard_answers,
    statements,
    stations,
    stock,
    stocktakes,
    supply,
    surge,
    tariff_sheets,
    ticket_search,
    ticket_views,
    tickets,
    tracking,
    translations,
    verification,
    wallets,
)
from steward.interfaces.api.access import SessionAuth, TokenAuth
from steward.interfaces.api.throttle import PerCaller

DESCRIPTION = (
    "Orders, goods and money of a merchant. Amounts are whole minor units of the named currency, times are UTC. "
    "Lists go page by page: ask for the next page with `after` = `next_after`."
)

api = NinjaAPI(
    title="Steward",
    version="1",
    description=DESCRIPTION,
    auth=[TokenAuth(), SessionAuth()],
    throttle=PerCaller(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
OPERATIONS_ON_ORDERS = (order_actions, orders_in, verification)
OPERATIONS_ON_PEOPLE = (rosters,)
OPERATIONS_ON_REPAIRS = (repair_care,)
problems.install(api)
for router in (
    orders.router,
    goods.router,
    carriers.router,
    tariff_sheets.router,
    stock.router,
    clearing.router,
    stocktakes.router,
    supply.router,
    refunds.router,
    return_policies.router,
    refund_quotes.router,
    cases.router,
    repairs.router,
    case_exchanges.router,
    compensations.router,
    wallets.router,
    statements.router,
    screening.router,
    offers.router,
    order_changes.router,
    change_policy.router,
    accounts.router,
    customers.router,
    exceptions.router,
    exception_rules.router,
    fulfilment.router,
    process.router,
    quality.router,
    approvals.router,
    people.router,
    deadlines.router,
    desk_wall.router,
    standard_answers.router,
    messages.router,
    mailboxes.router,
    incoming.router,
    key_customers.router,
    calls.router,
    shipping.router,
    stations.router,
    surge.router,
    classifier.router,
    complaints.router,
    ticket_search.router,
    ticket_views.router,
    tickets.router,
    translations.router,
    tracking.router,
    operations.router,
):
    api.add_router("", router)


@cache
def described() -> dict[str, Any]:
    """Describe the API; it does not change while the process runs."""
    return contract.describe(api)

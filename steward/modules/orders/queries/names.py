"""Names of orders, and of what hangs on them, as people say them: the ports `deadlines.names.<subject kind>`."""

from __future__ import annotations

from collections.abc import Sequence

from steward.modules.approvals import queries as approvals
from steward.modules.orders.models import ExceptionCase, Offer, Order


def order_names(order_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each order; the port `deadlines.names.order`, for notices about its clocks."""
    return dict(Order.objects.filter(id__in=order_ids).values_list("id", "number"))


def exception_names(exception_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each exception's order, else the document it is about."""
    rows = ExceptionCase.objects.filter(id__in=exception_ids).values_list("id", "order__number", "facts")
    return {id_: number or str(facts.get("document") or facts.get("number") or id_) for id_, number, facts in rows}


def offer_names(offer_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of each offer's order."""
    return dict(Offer.objects.filter(id__in=offer_ids).values_list("id", "order__number"))


def approval_names(approval_ids: Sequence[int]) -> dict[int, str]:
    """Tell the number of what each request is about."""
    return approvals.numbers_of(approval_ids)

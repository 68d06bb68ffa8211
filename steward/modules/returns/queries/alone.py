"""What the policy has granted of orders without anybody looking: its limit is the order's, however a wish is sliced."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Sum

from steward.modules.returns.models import Case

POLICY = "policy"


def granted_alone(order_ids: Collection[int], *, but: int = 0) -> dict[int, int]:
    """Sum per order what its cases are worth that the policy granted by itself and that still stand; one statement.

    All of them count: the windows of an order's rules begin with its delivery, so none of its cases lies before. `but`
    leaves one case out. Units: minor units of each order's currency.
    """
    rows = Case.objects.filter(order_id__in=list(order_ids), decider=POLICY, state__in=("approved", "completed"))
    sums = rows.exclude(id=but).order_by().values_list("order_id").annotate(Sum("worth_minor"))
    return {order_id: int(worth or 0) for order_id, worth in sums}

"""What is sent in the place of goods: preview it, choose it, have money instead. Units: minor currency units."""

from typing import Any

from ninja import Router

from steward.interfaces.api import case_exchange_shapes, case_shapes
from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.cases import CaseNumber, insteads_of, read_case
from steward.interfaces.api.replies import replayable_sealed
from steward.kernel import errors, moment
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.commands import exchange_ending, exchange_settling, exchanging, previewing

router = Router(tags=["returns"])


@router.post(
    "/returns/exchange-previews",
    response=case_exchange_shapes.ExchangePreview,
    operation_id="preview_exchange",
    summary="Preview an exchange",
)
def preview(request: ApiRequest, payload: case_exchange_shapes.ExchangePreviewInput) -> Any:
    """Say what an exchange would cost, what is to pay or goes back, and what is there. Nothing is written.
    Needs `returns.request`."""
    request.auth.require("returns.request")
    order = _order(request, payload.order)
    lines = {line.position: line.id for line in order.lines}
    wants: dict[int, int] = {}
    for one in payload.lines:
        if one.position not in lines:
            raise errors.NotFound(key=one.position)
        wants[lines[one.position]] = wants.get(lines[one.position], 0) + one.quantity
    return previewing.preview_exchange(
        order_id=order.id,
        kind=payload.kind,
        reason=payload.reason,
        wants=wants,
        insteads=insteads_of(payload.lines, lines),
        now=moment.now(),
    )


def _order(request: ApiRequest, number: str) -> OrderBought:
    """Find an order of a shop the caller may touch. Raises: NotFound."""
    found = orders_bought(numbers=[number.strip().upper()])
    if not found or not request.auth.covers(found[0].shop):
        raise errors.NotFound(key=number)
    return found[0]


@router.post(
    "/returns/cases/{case}/replacement",
    response=case_shapes.CaseFull,
    operation_id="choose_replacement",
    summary="Choose what is sent instead",
)
@replayable_sealed
def choose(
    request: ApiRequest, case: CaseNumber, payload: case_exchange_shapes.ReplacementInput
) -> case_shapes.CaseFull:
    """Choose what is sent in the place of a case's goods; of a granted case it is set aside at once.
    Needs `returns.request`."""
    request.auth.require("returns.request")
    row = read_case(request, case).row
    lines = {line.position: line.id for order in orders_bought(ids=[row.order_id]) for line in order.lines}
    insteads = insteads_of(payload.lines, lines)
    exchanging.choose_replacements(request.auth, case_id=row.id, insteads=insteads, now=moment.now())
    return case_shapes.CaseFull.model_validate(read_case(request, case))


@router.post(
    "/returns/cases/{case}/refund-instead",
    response=case_shapes.CaseFull,
    operation_id="refund_instead",
    summary="Give money back instead",
)
@replayable_sealed
def refund_instead(request: ApiRequest, case: CaseNumber) -> case_shapes.CaseFull:
    """Give money back instead of other goods, as long as these have not left. Needs `returns.decide`."""
    request.auth.require("returns.decide")
    exchange_ending.refund_instead(request.auth, case_id=read_case(request, case).row.id, now=moment.now())
    return case_shapes.CaseFull.model_validate(read_case(request, case))


@router.post(
    "/returns/cases/{case}/difference",
    response=case_shapes.CaseFull,
    operation_id="give_difference_back",
    summary="Give the difference back",
)
@replayable_sealed
def difference(request: ApiRequest, case: CaseNumber) -> case_shapes.CaseFull:
    """Ask anew for what goods were worth beyond their replacement, where it did not go back. Needs `returns.refund`."""
    request.auth.require("returns.refund")
    exchange_settling.give_difference_back(request.auth, case_id=read_case(request, case).row.id, now=moment.now())
    return case_shapes.CaseFull.model_validate(read_case(request, case))

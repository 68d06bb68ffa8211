"""Purchase orders and transfers: write, send, receive with differences."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import supply_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Plain
from steward.interfaces.api.stock_shapes import StockChanged
from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands import receiving
from steward.modules.inventory.commands import supply as commands

router = Router(tags=["supply"])
SupplyNumber = Annotated[str, Path(min_length=1, max_length=20, pattern=Plain, description="PO-… or TR-…")]
UNDER_WAY = ("planned", "on_the_way", "partly_received")


@router.get("/supplies", response=shapes.SupplyPage, operation_id="list_supplies", summary="Purchases and transfers")
def list_supplies(request: ApiRequest, narrow: Query[shapes.SupplyQuery]) -> Any:
    """List purchase orders and transfers, newest first. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    rows = queries.supplies_page(
        kind=narrow.kind,
        states=UNDER_WAY if narrow.open else (),
        text=narrow.q,
        before=narrow.after,
        limit=narrow.limit + 1,
    )
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/supplies/{number}", response=shapes.SupplyFull, operation_id="get_supply", summary="One of them")
def get_supply(request: ApiRequest, number: SupplyNumber) -> Any:
    """Show a purchase order or transfer with its lines and differences. Needs `stock.view`."""
    request.auth.require("stock.view")
    return queries.supply(number)


@router.post("/purchase-orders", response=shapes.SupplyMade, operation_id="order_goods", summary="Order goods")
@replayable
def order_goods(request: ApiRequest, payload: shapes.PurchaseInput) -> shapes.SupplyMade:
    """Order goods from a supplier; all findings at once. Needs `stock.purchase`."""
    number = commands.order_goods(
        request.auth,
        supplier=payload.supplier,
        warehouse=payload.warehouse,
        lines=[commands.SupplyLineDraft(line.sku, line.quantity) for line in payload.lines],
        expected_date=payload.expected_date,
        note=payload.note,
        now=moment.now(),
    )
    return shapes.SupplyMade(numbers=[number])


@router.post("/transfers", response=shapes.SupplyMade, operation_id="plan_transfer", summary="Plan a transfer")
@replayable
def plan_transfer(request: ApiRequest, payload: shapes.TransferInput) -> shapes.SupplyMade:
    """Plan to move goods between warehouses; all findings at once. Needs `stock.purchase`."""
    number = commands.plan_transfer(
        request.auth,
        origin=payload.origin,
        warehouse=payload.warehouse,
        lines=[commands.SupplyLineDraft(line.sku, line.quantity) for line in payload.lines],
        expected_date=payload.expected_date,
        note=payload.note,
        now=moment.now(),
    )
    return shapes.SupplyMade(numbers=[number])


@router.post(
    "/transfers/{number}/send", response=shapes.SupplyFull, operation_id="send_transfer", summary="Send a transfer"
)
def send_transfer(request: ApiRequest, number: SupplyNumber, payload: shapes.SendInput) -> Any:
    """Let a planned transfer leave, what expires first first. Needs `stock.move`."""
    commands.send_transfer(request.auth, number=number, expected_date=payload.expected_date, now=moment.now())
    return queries.supply(number)


@router.post(
    "/transfers/{number}/cancel", response=shapes.SupplyFull, operation_id="cancel_transfer", summary="Call off"
)
def cancel_transfer(request: ApiRequest, number: SupplyNumber) -> Any:
    """Call off a transfer that was not sent yet. Needs `stock.purchase`."""
    commands.cancel_transfer(request.auth, number=number, now=moment.now())
    return queries.supply(number)


@router.put("/supplies/{number}/expected", response=shapes.SupplyFull, operation_id="expect_supply", summary="Expected")
def expect_supply(request: ApiRequest, number: SupplyNumber, payload: shapes.ExpectInput) -> Any:
    """Note when goods on their way are expected now. Needs `stock.purchase`."""
    commands.expect_supply(request.auth, number=number, expected_date=payload.expected_date, now=moment.now())
    return queries.supply(number)


@router.post(
    "/supplies/{number}/receipts", response=shapes.ReceiptMade, operation_id="receive_supply", summary="Receive goods"
)
@replayable
def receive_supply(request: ApiRequest, number: SupplyNumber, payload: shapes.ReceiptInput) -> shapes.ReceiptMade:
    """Book what came, with differences; all findings at once, nothing half-done. Needs `stock.move`."""
    receipt = receiving.receive_supply(
        request.auth,
        number=number,
        lines=[receiving.ReceiptLine(**line.model_dump()) for line in payload.lines],
        complete=payload.complete,
        reason=payload.reason,
        version=payload.version,
        now=moment.now(),
    )
    return shapes.ReceiptMade.model_validate(receipt, from_attributes=True)


@router.get(
    "/receipt-differences",
    response=shapes.ReceiptDifferences,
    operation_id="list_receipt_differences",
    summary="Differences on receipt",
)
def list_receipt_differences(request: ApiRequest) -> Any:
    """List what came short, over or damaged and is not settled. Needs `stock.view`."""
    request.auth.require("stock.view")
    return {"rows": queries.receipt_differences()}


@router.post(
    "/receipt-differences/{difference_id}/settle",
    response=StockChanged,
    operation_id="settle_receipt_difference",
    summary="Settle a difference",
)
@replayable
def settle_receipt_difference(
    request: ApiRequest,
    difference_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)],
    payload: shapes.SettlementInput,
) -> StockChanged:
    """Say how a difference was settled. Needs `stock.purchase`."""
    receiving.settle_difference(
        request.auth, difference_id=difference_id, settlement=payload.settlement, now=moment.now()
    )
    return StockChanged(changed=1)

"""Orders in through Django: the same command, answers and shapes as the hot path, one request at a time."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse

from steward.interfaces.api import receipts
from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import router
from steward.interfaces.api.replies import REPLAY_HEADER, key_of
from steward.kernel import errors, moment
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_resilient

BATCH = 100


@router.post("/orders", include_in_schema=False)
def enter_order(request: ApiRequest) -> HttpResponse:
    """Take one order in."""
    request.auth.require("orders.enter")
    draft = receipts.decoded(request.body)
    intake = Intake(draft, "api", idempotency_key=key_of(request) or None)
    receipt = receive_resilient(request.auth, intakes=[intake], now=moment.now())[0]
    status, content_type, body = receipts.single(receipt)
    response = HttpResponse(body, content_type, status)
    if receipt.replayed:
        response[REPLAY_HEADER] = "true"
    return response


@router.post("/orders/bulk", include_in_schema=False)
def enter_orders(request: ApiRequest) -> HttpResponse:
    """Take a stream of orders in: NDJSON, one draft per line, one answer per line in the same order."""
    request.auth.require("orders.enter")
    key = key_of(request)
    read = [_read(line, number, key) for number, line in _lines(request)]
    intakes = [one for one in read if isinstance(one, Intake)]
    taken: list[Receipt] = []
    for start in range(0, len(intakes), BATCH):
        taken += receive_resilient(request.auth, intakes=intakes[start : start + BATCH], now=moment.now())
    answers = iter(taken)
    body = bytearray()
    for (number, _line), one in zip(_lines(request), read, strict=True):
        reply = receipts.reply_of(next(answers), number) if isinstance(one, Intake) else one
        body += receipts.encoded(reply) + b"\n"
    return HttpResponse(bytes(body), receipts.NDJSON)


def _lines(request: HttpRequest) -> Iterator[tuple[int, bytes]]:
    """List the lines that hold something, counted from 1."""
    return ((number, line) for number, line in enumerate(request.body.split(b"\n"), 1) if line.strip())


def _read(line: bytes, number: int, key: str) -> Intake | receipts.OrderReply:
    try:
        return Intake(receipts.decoded(line), "bulk", idempotency_key=f"{key}:{number}" if key else None)
    except errors.Refusal as refusal:
        return receipts.reply_of_refusal(refusal, number)

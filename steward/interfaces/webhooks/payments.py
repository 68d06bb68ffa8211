"""Payment providers call back here: signed as Standard Webhooks say, or as their own kind does (payment_doors.py).

Source: https://www.standardwebhooks.com.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from standardwebhooks import Webhook, WebhookVerificationError

from steward.interfaces.api.problems import of_refusal, problem
from steward.interfaces.webhooks.payment_doors import named_call
from steward.kernel import errors, moment, ports
from steward.kernel.actor import system
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands as payments
from steward.modules.payments import queries
from steward.modules.payments.ports import CallbackDoor
from steward.modules.payments.rules import OrderFacts
from steward.modules.returns.queries.charges import find_charge

LARGEST_BYTES = 64 * 1024
STATUS = {"applied": 200, "duplicate": 200, "unmatched": 202, "refused": 409}
_decoder = msgspec.json.Decoder(payments.CallbackBody)


@csrf_exempt
def payment_callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one callback: check its signature outside any transaction, then record it with one command."""
    if request.method != "POST":
        response = problem(405)
        response["Allow"] = "POST"
        return response
    known = queries.find_provider(provider)
    if known is None:
        return of_refusal(errors.NotFound(key=provider))
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BYTES:
        return problem(413)
    if door := _door(known):
        return named_call(request, known, door)
    actor, now = system("payments.callback"), moment.now()
    message_id = request.headers.get("webhook-id", "").replace("\0", "")
    if fault := _signature_fault(request, queries.provider_secret(known.id)):
        payments.refuse_callback(actor, provider=known, message_id=message_id, reason=fault, now=now)
        return problem(401, code="signature_refused", title=fault)
    try:
        body = _body(request.body)
    except ValueError as error:
        payments.refuse_callback(
            actor, provider=known, message_id=message_id, reason=str(error), now=now, proven=request.body
        )
        return problem(422, code="bad_input", title=str(error))
    receipt = payments.receive_callback(
        actor, provider=known, message_id=message_id, body=body, order=_order_facts(body, known.shops), now=now
    )
    return JsonResponse(msgspec.to_builtins(receipt), status=STATUS[receipt.outcome])


def _door(known: queries.ProviderView) -> CallbackDoor | None:
    """Open the door of a provider whose kind writes its calls in a way of its own."""
    try:
        door: CallbackDoor = ports.bound(f"payments.callback.{known.connector}")()
    except ports.UnboundPort:
        return None
    return door


def _signature_fault(request: HttpRequest, secret: bytes) -> str:
    """Name why a callback is not to be believed, or return an empty text."""
    headers = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(secret).verify(request.body, headers, json_parse=False)
    except WebhookVerificationError as error:
        return str(error)
    except ValueError:  # a signature or body that is no base64, no number, no UTF-8
        return "Unreadable signature"
    return ""


def _body(raw: bytes) -> payments.CallbackBody:
    """Read the body. Raises: ValueError when its shape does not fit or its time leaves the calendar."""
    try:
        body = _decoder.decode(raw)
        body.data.paid_at.astimezone(UTC)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return body


def _order_facts(body: payments.CallbackBody, shops: Sequence[str]) -> OrderFacts | None:
    """Find the order or the repair a callback names, by our number or the shop's, and give what payments must know.

    A provider learns nothing of other shops' orders by the shop's number.
    """
    data = body.data
    order_id = None
    if data.order:
        order_id = orders.find_order(data.order)
    elif data.shop in shops:
        order_id = orders.find_order_by_external(shop=data.shop, external_number=data.external_number)
    found = facts_of([order_id])[0] if order_id is not None else find_charge(data.order)
    if found is not None and data.order and found.number != data.order.upper():
        return None  # a shop's number without its shop could mean any shop's order
    return found

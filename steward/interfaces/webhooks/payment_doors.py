"""Payment providers that prove and write their calls in a way of their own: Alipay, WeChat Pay, Stripe."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse

from steward.interfaces.api.problems import problem
from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands as payments
from steward.modules.payments import queries
from steward.modules.payments.ports import Call, CallbackDoor, ForgedCallback, Reported, UnreadableCallback
from steward.modules.payments.rules import OrderFacts
from steward.modules.returns.queries.charges import charge_of_account, find_charge

ACTOR = system("payments.callback")
ONLY_HINTS = frozenset({"refund.failed", "refund.changed"})


def named_call(request: HttpRequest, known: queries.ProviderView, door: CallbackDoor) -> HttpResponse:
    """Take one call: prove and read it outside any transaction, then record it with one command.

    What was proven is thanked for whatever became of it: the same words again would change nothing.
    """
    now = moment.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        heard = door.read(Call(headers, request.body), queries.provider_access(known), now=now)
        body = _body(heard.report) if heard.report else None
    except ForgedCallback as fault:
        payments.refuse_callback(ACTOR, provider=known, message_id="", reason=str(fault), now=now)
        return problem(401, code="signature_refused", title=str(fault))
    except (UnreadableCallback, msgspec.ValidationError) as fault:
        payments.refuse_callback(
            ACTOR, provider=known, message_id="", reason=str(fault)[:200], now=now, proven=request.body
        )
        return problem(422, code="bad_input", title=str(fault)[:200])
    if heard.report and body:
        order = _order_of(heard.report, known)
        name = heard.message_id.replace("\0", "")[:120]
        payments.receive_callback(ACTOR, provider=known, message_id=name, body=body, order=order, now=now)
    content, type_ = door.thanks
    return HttpResponse(content, content_type=type_)


def _body(report: Reported) -> payments.CallbackBody:
    """Bring a report into the shape of every callback. Raises: ValidationError.

    A refund under a number that is not ours was made at the provider; its key there is kept where it has to be asked
    after.
    """
    is_ours = bool(report.refund) and queries.order_of_refund(report.refund) is not None
    refund = report.refund if is_ours or report.type in ONLY_HINTS else ""
    data = {name: getattr(report, name) for name in payments.CallbackData.__struct_fields__} | {"refund": refund[:64]}
    return msgspec.convert({"type": report.type, "data": data}, payments.CallbackBody)


def _order_of(report: Reported, known: queries.ProviderView) -> OrderFacts | None:
    """Find the order: of our refund, by its number, by the shop's number, or of the payment the refund is of."""
    order_id = queries.order_of_refund(report.refund) if report.refund else None
    if order_id is None and report.order:
        found = orders.find_order(report.order)
        facts = facts_of([found])[0] if found is not None else None
        if facts is not None and facts.number == report.order.upper():  # else it could be any shop's
            return facts
        if found is None and (owed := find_charge(report.order)) is not None:
            return owed
    if order_id is None and report.external_number and report.shop in known.shops:
        order_id = orders.find_order_by_external(shop=report.shop, external_number=report.external_number)
    if order_id is None and report.payment:
        order_id = queries.order_of_payment(known.code, report.payment)
    if order_id is None:
        return None
    return next(iter(facts_of([order_id])), None) or charge_of_account(order_id)

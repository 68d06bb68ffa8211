"""What intake answers: one receipt per order, as a reply of its own or as a line of an NDJSON stream."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.interfaces.api.shapes import shape_findings
from steward.kernel import errors
from steward.modules.orders import queries
from steward.modules.orders.commands.intake import Receipt
from steward.modules.orders.rules.drafts import OrderDraft

JSON = "application/json"
PROBLEM = "application/problem+json"
NDJSON = "application/x-ndjson"
KEY_REUSED = "idempotency_key_reused"
STATUS = {"created": 201, "duplicate": 200, "conflict": 409, "rejected": 422}
_decoder = msgspec.json.Decoder(OrderDraft)


class Malformed(errors.Refusal):
    """Refuse what is no JSON at all."""

    code = "malformed"
    status = 400
    message = gettext_lazy("The request cannot be read. Send well-formed JSON in UTF-8.")


class FindingReply(msgspec.Struct):
    """One thing a check found, with a sentence in the caller's language."""

    field: str
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    suggestion: dict[str, str] | None = None


class OrderReply(msgspec.Struct):
    """What became of one order. `code` names why it conflicts or was rejected; `line` counts from 1 in a stream."""

    outcome: Literal["created", "duplicate", "conflict", "rejected"]
    number: str = ""
    state: str = ""
    code: str = ""
    message: str = ""
    findings: list[FindingReply] = []
    line: int | None = None


def decoded(body: bytes) -> OrderDraft:
    """Read a draft. Raises: Malformed when it is no JSON; BadInput with everything that does not fit its shape."""
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        findings = shape_findings(_any_json(body), OrderDraft)
        raise errors.BadInput(findings or [{"field": "", "code": "invalid", "message": str(error)}]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed from error


def _any_json(body: bytes) -> Any:
    """Read JSON of any shape: a wrong shape shows before a broken end does. Raises: Malformed."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed from error


def plainly_decoded(body: bytes) -> OrderDraft | None:
    """Read a draft that fits its shape; None where `decoded` has to say what is wrong, in the caller's language."""
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def reply_of(receipt: Receipt, line: int | None = None) -> OrderReply:
    """Put a receipt into words."""
    found = [
        FindingReply(one.field, one.code, queries.finding_text(one.code, one.params), one.severity, one.suggestion)
        for one in receipt.findings
    ]
    message = said(receipt) if receipt.code else ""
    return OrderReply(receipt.outcome, receipt.number, receipt.state, receipt.code, message, found, line)


def reply_of_refusal(refusal: errors.Refusal, line: int) -> OrderReply:
    """Answer for a line that could not be read."""
    findings = [
        FindingReply(str(one["field"]), str(one["code"]), str(one["message"]))
        for one in getattr(refusal, "findings", [])
    ]
    return OrderReply("rejected", code=refusal.code, message=str(refusal), findings=findings, line=line)


def status_of(receipt: Receipt) -> int:
    """Tell the HTTP status of a single order's receipt."""
    return 403 if receipt.code == "not_permitted" else STATUS[receipt.outcome]


def single(receipt: Receipt) -> tuple[int, str, bytes]:
    """Answer a single order: (status, content type, body); conflicts and rejections are problems."""
    status, reply = status_of(receipt), reply_of(receipt)
    if status < 400:
        return status, JSON, msgspec.json.encode(reply)
    problem: dict[str, Any] = {"type": f"urn:steward:{reply.code}", "title": reply.message, "status": status}
    return status, PROBLEM, msgspec.json.encode(problem | msgspec.to_builtins(reply))


def said(receipt: Receipt) -> str:
    """Say why an order conflicts or was rejected, and what to do."""
    texts = {
        KEY_REUSED: _("This Idempotency-Key was used for another request. Use a fresh key for each request."),
        "content_differs": _("This order came before with other content. Both are kept; a person decides."),
        "not_permitted": _("You may not enter orders of this shop."),
    }
    return texts.get(receipt.code) or _("The order cannot be taken in. Mend what was found and send it again.")


def encoded_problem(body: dict[str, Any]) -> bytes:
    """Write a refusal's problem as JSON."""
    return msgspec.json.encode(body)


def encoded(reply: OrderReply) -> bytes:
    """Write one answer as JSON."""
    return msgspec.json.encode(reply)

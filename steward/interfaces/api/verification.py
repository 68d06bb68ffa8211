"""The check of an order's entry by a second person, and how often whose entries proved right."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from ninja import Field, Query, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.orders import Number, covered, router
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Filters, Input, Plain
from steward.kernel import moment
from steward.modules.orders.commands import verification_deciding as deciding
from steward.modules.orders.queries import verification as reads
from steward.modules.orders.rules.verification import CRITICAL

Typed = Annotated[str, Field(max_length=1000, pattern=Plain)]
Critical = Literal["recipient.phone", "recipient.district", "recipient.street", "total_minor"]


class RekeyInput(Input):
    """The critical fields as the checker read them in the source, without having seen the entry.

    `total` is an amount in the order's currency, such as 199.00.
    """

    phone: Typed = ""
    district: Typed = ""
    street: Typed = ""
    total: Typed = ""


class VerificationVerdictInput(Input):
    """What the checker decides; `wrong` are the fields in which their own reading is right."""

    verdict: Literal["grant", "refuse"]
    reason: Annotated[str, Field(max_length=300, pattern=Plain)] = ""
    wrong: list[Critical] = Field(default_factory=list, max_length=len(CRITICAL))


class VerificationRound(Schema):
    """One round of checking an order. `fields` are typed again unseen, `wrong` proved wrong in the entry."""

    round: int
    cause: Literal["entered", "changed", "sampled"]
    state: Literal["open", "granted", "refused", "expired", "withdrawn", "not_needed"]
    worker: str
    fields: list[str]
    wrong: list[str]
    checked_by: str
    asked_at: datetime
    settled_at: datetime | None
    approval_id: int | None


class VerificationRounds(Schema):
    """The rounds of one order, newest first."""

    number: str
    rows: list[VerificationRound]


class RekeyOutcome(Schema):
    """Which fields were compared, and which differ."""

    fields: list[str]
    differing: list[str]


class AccuracyQuery(Filters):
    """The last days, up to now."""

    days: int = Field(30, ge=1, le=3660)


class AccuracyRow(Schema):
    """How often somebody's entries proved right; `field` empty: the entry as a whole. Units: share 0–1."""

    worker: str
    field: str
    checked: int
    wrong: int
    share: float | None


class AccuracyList(Schema):
    """Accuracy per person and field, in the order of their ids."""

    rows: list[AccuracyRow]


@router.get(
    "/orders/{number}/verification",
    response=VerificationRounds,
    operation_id="get_verification",
    summary="Read an order's checks",
)
def get_verification(request: ApiRequest, number: Number) -> Any:
    """List the rounds in which another person checked, or has to check, an order. Needs `orders.view`."""
    request.auth.require("orders.view")
    return _rounds(request, number)


def _rounds(request: ApiRequest, number: str) -> VerificationRounds:
    order = covered(request, number).order
    return VerificationRounds.model_validate({"number": order.number, "rows": reads.rounds_of(order.id)})


@router.post(
    "/orders/{number}/verification/rekey",
    response=RekeyOutcome,
    operation_id="rekey_order",
    summary="Compare critical fields",
)
@replayable
def rekey_order(request: ApiRequest, number: Number, payload: RekeyInput) -> RekeyOutcome:
    """Compare critical fields, typed unseen, with the entry; only the first try counts. Needs `approvals.decide`."""
    request.auth.require("approvals.decide")
    order_id = covered(request, number).order.id
    typed = {
        "recipient.phone": payload.phone,
        "recipient.district": payload.district,
        "recipient.street": payload.street,
        "total_minor": payload.total,
    }
    found = deciding.rekey_entry(request.auth, order_id=order_id, typed=typed, now=moment.now())
    return RekeyOutcome.model_validate(found)


@router.post(
    "/orders/{number}/verification/verdict",
    response=VerificationRounds,
    operation_id="verify_order",
    summary="Agree to an entry",
)
@replayable
def verify_order(request: ApiRequest, number: Number, payload: VerificationVerdictInput) -> VerificationRounds:
    """Agree to an order's entry, or send it back; never one's own. Needs `approvals.decide`, in a person's session."""
    request.auth.require("approvals.decide")
    deciding.verify_entry(
        request.auth,
        order_id=covered(request, number).order.id,
        verdict=payload.verdict,
        reason=payload.reason,
        wrong=payload.wrong,
        now=moment.now(),
    )
    return _rounds(request, number)


@router.get(
    "/entry-accuracy", response=AccuracyList, operation_id="list_entry_accuracy", summary="Read the accuracy of entries"
)
def list_entry_accuracy(request: ApiRequest, narrow: Query[AccuracyQuery]) -> Any:
    """Count, per person, checked entries and those that proved wrong. Needs `approvals.decide`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("approvals.decide")
    now = moment.now()
    return {"rows": reads.accuracy(since=now - timedelta(days=narrow.days), until=now)}

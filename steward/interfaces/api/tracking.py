"""Tracking events, what their codes mean, whose a number is; claims against carriers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_MINOR, Filters, IdAfter, Input, Instant, Limit, Plain, Text
from steward.kernel import moment
from steward.modules.logistics.commands import claims as claiming
from steward.modules.logistics.commands.tracking import record_tracking as record
from steward.modules.logistics.commands.tracking_sources import explain_code as explain
from steward.modules.logistics.ports import Report
from steward.modules.logistics.queries import claims, tracking
from steward.modules.logistics.rules.tracking_states import EVENT_STATES

router = Router(tags=["tracking"])
SOURCE = "api"
FORMATS = Literal["standard", "kuaidi100", "track17", "aftership"]
ClaimNumber = Annotated[str, Path(min_length=1, max_length=30, pattern=Plain, description="CL-…")]
Tracking = Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
Said = Annotated[str, Field(max_length=300, pattern=Plain)]


class TrackingEventInput(Input):
    """One event of one parcel. `code` is one of ours, or one of the named format's."""

    tracking_number: Tracking
    code: Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
    at: Instant
    carrier: Annotated[str, Field(max_length=50, pattern=Plain)] = ""
    text: Said = ""
    place: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    district_code: Annotated[str, Field(pattern="^([0-9]{6})?$")] = ""
    expected_date: Day | None = None


class TrackingInput(Input):
    """Events in any order; the same again does no harm."""

    events: list[TrackingEventInput] = Field(min_length=1, max_length=10_000)
    format: FORMATS = "standard"


class TrackingTaken(Schema):
    """What became of events: new, repeated; of the new ones without a parcel, unknown, with an impossible time."""

    new: int
    repeated: int
    homeless: int
    unknown: int
    flagged: int


class MeaningInput(Input):
    """What a code of a format means."""

    format: FORMATS
    code: Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
    state: str = Field(json_schema_extra={"enum": list(EVENT_STATES)}, max_length=20, pattern=Plain)
    carrier: Annotated[str, Field(max_length=50, pattern=Plain)] = ""


class CodeExplained(Schema):
    """How many events waited for the meaning."""

    events: int


class CarrierGuess(Schema):
    """A carrier a number may be of; `is_checked`: its check digit proved it."""

    carrier_code: str
    name: str
    is_checked: bool


class CarrierGuesses(Schema):
    """The carriers a number may be of, the surest first."""

    guesses: list[CarrierGuess]


class GuessQuery(Filters):
    """A tracking number."""

    number: Tracking


class ClaimQuery(Filters):
    """How a list of claims is narrowed."""

    state: Literal["", "open", "submitted", "agreed", "rejected", "paid", "withdrawn"] = ""
    after: IdAfter | None = None
    limit: Limit = 50


class ClaimInput(Input):
    """A claim against the carrier of a parcel. Units: minor units of the shipment's currency."""

    parcel: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    kind: Literal["lost", "damaged", "late", "short", "other"]
    amount_minor: int = Field(gt=0, le=BIGGEST_MINOR)
    reason: Said


class ClaimStepInput(Input):
    """One step of a claim. Amounts in minor units: what was agreed, what was paid."""

    verb: Literal["evidence", "submit", "agree", "reject", "withdraw", "pay"]
    amount_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    reference: Text = ""
    note: Said = ""


class CarrierClaim(Schema):
    """A claim. Units: minor currency units."""

    id: int
    number: str
    kind: str
    state: str
    carrier_code: str
    parcel_code: str
    tracking_number: str
    order_number: str
    currency: str
    claimed_minor: int
    agreed_minor: int
    paid_minor: int
    opened_at: datetime
    due_at: datetime
    reason: str
    reference: str


class ClaimPage(Schema):
    """Claims, newest first; go on with `after` = `next_after`."""

    rows: list[CarrierClaim]
    next_after: int | None


@router.post("/tracking-events", response=TrackingTaken, operation_id="record_tracking", summary="Report events")
def record_tracking(request: ApiRequest, payload: TrackingInput) -> Any:
    """Report where parcels were seen, in any order and as often as you like. Needs `logistics.track`."""
    request.auth.require("logistics.track")
    reports = [
        Report(
            tracking_number=one.tracking_number,
            codes=(one.code,),
            at=one.at,
            carrier_code=one.carrier,
            text=one.text,
            place=one.place,
            district_code=one.district_code,
            expected_date=one.expected_date,
        )
        for one in payload.events
    ]
    return record(request.auth, source=SOURCE, format_=payload.format, reports=reports, now=moment.now())


@router.post("/tracking-codes", response=CodeExplained, operation_id="explain_code", summary="Say what a code means")
@replayable
def explain_code(request: ApiRequest, payload: MeaningInput) -> CodeExplained:
    """Say what a code means; events that waited for it count at once. Needs `logistics.track`."""
    request.auth.require("logistics.track")
    count = explain(
        request.auth,
        format_=payload.format,
        code=payload.code,
        state=payload.state,
        now=moment.now(),
        carrier_code=payload.carrier,
    )
    return CodeExplained(events=count)


@router.get("/carrier-guess", response=CarrierGuesses, operation_id="guess_carrier", summary="Whose number is this?")
def guess_carrier(request: ApiRequest, asked: Query[GuessQuery]) -> Any:
    """Guess the carrier of a tracking number. Needs `logistics.view`."""
    refuse_unknown_filters(request, asked)
    request.auth.require("logistics.view")
    return {"guesses": tracking.guess_carrier(asked.number)}


@router.get("/claims", response=ClaimPage, operation_id="list_claims", summary="List claims", tags=["claims"])
def list_claims(request: ApiRequest, narrow: Query[ClaimQuery]) -> Any:
    """List claims against carriers, newest first. Needs `logistics.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("logistics.view")
    states = (narrow.state,) if narrow.state else ()
    rows = claims.claims_page(states=states, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post("/claims", response=CarrierClaim, operation_id="open_claim", summary="Open a claim", tags=["claims"])
@replayable
def open_claim(request: ApiRequest, payload: ClaimInput) -> CarrierClaim:
    """Open a claim against the carrier of a parcel. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    draft = claiming.ClaimDraft(
        parcel_code=payload.parcel, kind=payload.kind, amount_minor=payload.amount_minor, reason=payload.reason
    )
    number = claiming.open_claim(request.auth, draft=draft, now=moment.now())
    return CarrierClaim.model_validate(claims.claim(number).row)


@router.get("/claims/{claim}", response=CarrierClaim, operation_id="get_claim", summary="Read a claim", tags=["claims"])
def get_claim(request: ApiRequest, claim: ClaimNumber) -> Any:
    """Read one claim. Needs `logistics.view`."""
    request.auth.require("logistics.view")
    return claims.claim(claim).row


@router.post(
    "/claims/{claim}/steps",
    response=CarrierClaim,
    operation_id="step_claim",
    summary="Move a claim on",
    tags=["claims"],
)
@replayable
def step_claim(request: ApiRequest, claim: ClaimNumber, payload: ClaimStepInput) -> CarrierClaim:
    """Add evidence, send, note the answer, book the payment. Needs `logistics.ship`; payments `payments.record`."""
    actor, now, note = request.auth, moment.now(), payload.note
    actor.require("payments.record" if payload.verb == "pay" else "logistics.ship")
    if payload.verb == "evidence":
        claiming.add_evidence(actor, number=claim, name=payload.reference, note=note, now=now)
    elif payload.verb == "submit":
        claiming.submit_claim(actor, number=claim, reference=payload.reference, now=now)
    elif payload.verb == "agree":
        claiming.agree_claim(actor, number=claim, amount_minor=payload.amount_minor, note=note, now=now)
    elif payload.verb == "reject":
        claiming.reject_claim(actor, number=claim, note=note, now=now)
    elif payload.verb == "withdraw":
        claiming.withdraw_claim(actor, number=claim, note=note, now=now)
    else:
        claiming.pay_claim(actor, number=claim, amount_minor=payload.amount_minor, reference=payload.reference, now=now)
    return CarrierClaim.model_validate(claims.claim(claim).row)

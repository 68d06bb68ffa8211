"""Screening: what was said of an order, decisions about holds, the rules in force."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Code, Input, Plain, Said
from steward.kernel import moment
from steward.modules.orders.commands import screening_deciding, screening_rules
from steward.modules.orders.queries import screening
from steward.modules.orders.queries import screening_rules as rules
from steward.modules.orders.rules.screening_sets import KINDS, SIGNALS

router = Router(tags=["screening"])
Reasoned = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Said)]
Explanation = Annotated[str, StringConstraints(max_length=200, pattern=Plain)]
KindName = Annotated[str, Field(json_schema_extra={"enum": list(KINDS)}, pattern="^(" + "|".join(KINDS) + ")$")]
SignalName = Annotated[str, Field(json_schema_extra={"enum": ["", *SIGNALS]}, pattern="^(|" + "|".join(SIGNALS) + ")$")]
LONGEST_WINDOW_S = 366 * 86_400
BIGGEST_LIMIT = 10**15


class ScreeningDecisionInput(Input):
    """Why a hold is released or rejected."""

    reason: Reasoned


class ScreeningReason(Schema):
    """A rule that fired, in words of the reader's language."""

    rule: str
    text: str
    weight: int


class HoldFacts(Schema):
    """A hold; `outcome` is empty while it waits for a person."""

    outcome: Literal["", "released", "rejected", "lapsed"]
    reason: str
    opened_at: datetime
    decided_at: datetime | None


class OrderScreening(Schema):
    """What screening said of an order last; `score` is null before it was screened, and for past orders."""

    number: str
    score: int | None
    hold_at: int | None
    version: int | None
    screened_at: datetime | None
    is_held: bool
    reasons: list[ScreeningReason]
    hold: HoldFacts | None


class RuleFacts(Schema):
    """One rule. `limit` counts orders or customers, or means seconds, percent or minor units, as the kind has it."""

    code: str
    kind: str
    weight: int
    texts: dict[str, str]
    signal: str
    window_s: int
    limit: int
    history: int
    currency: str
    active: bool


class RuleSetFacts(Schema):
    """One version of the rules."""

    version: int
    name: str
    state: Literal["draft", "active", "retired"]
    hold_at: int
    rules: list[RuleFacts]


class RuleInput(Input):
    """One rule to be kept; see RuleFacts."""

    code: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{1,39}$")]
    kind: KindName
    weight: int = Field(ge=0, le=100)
    texts: dict[Literal["zh-hans", "zh-hant", "en"], Explanation]
    signal: SignalName = ""
    window_s: int = Field(0, ge=0, le=LONGEST_WINDOW_S)
    limit: int = Field(0, ge=0, le=BIGGEST_LIMIT)
    history: int = Field(0, ge=0, le=50)
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    active: bool = True


class RuleSetInput(Input):
    """Rules to be kept as a draft, or put in force at once with a reason."""

    name: Code
    hold_at: int = Field(ge=1, le=100)
    rules: list[RuleInput] = Field(min_length=1, max_length=60)
    activate_because: Annotated[str, Field(max_length=200, pattern=Plain)] = ""


@router.get(
    "/orders/{number}/screening",
    response=OrderScreening,
    operation_id="get_screening",
    summary="Read the screening of an order",
)
def get_screening(request: ApiRequest, number: Number) -> OrderScreening:
    """Give an order's score, its reasons, and its hold. Needs `orders.view`."""
    request.auth.require("orders.view")
    order = covered(request, number).order
    return _of(order.id, order.number)


def _of(order_id: int, number: str) -> OrderScreening:
    found = screening.find_screening(order_id)
    facts: dict[str, Any] = {"number": number, "score": None, "hold_at": None, "version": None, "screened_at": None}
    if found is not None:
        facts |= {name: getattr(found, name) for name in ("score", "hold_at", "version", "screened_at")}
    facts["is_held"] = found is not None and found.is_held
    facts["reasons"] = [msgspec.to_builtins(one) for one in found.reasons] if found else []
    facts["hold"] = HoldFacts.model_validate(found.hold) if found and found.hold else None
    return OrderScreening.model_validate(facts)


@router.post(
    "/orders/{number}/screening/release",
    response=OrderScreening,
    operation_id="release_hold",
    summary="Release a held order",
)
@replayable
def release_hold(request: ApiRequest, number: Number, payload: ScreeningDecisionInput) -> OrderScreening:
    """Let a held order go on. Needs `orders.screen`; not whoever entered the order."""
    request.auth.require("orders.screen")
    order = covered(request, number).order
    screening_deciding.release_hold(request.auth, order_id=order.id, reason=payload.reason, now=moment.now())
    return _of(order.id, order.number)


@router.post(
    "/orders/{number}/screening/reject",
    response=OrderScreening,
    operation_id="reject_hold",
    summary="Reject a held order",
)
@replayable
def reject_hold(request: ApiRequest, number: Number, payload: ScreeningDecisionInput) -> OrderScreening:
    """Cancel a held order as suspected fraud. Needs `orders.screen`; not whoever entered the order."""
    request.auth.require("orders.screen")
    order = covered(request, number).order
    screening_deciding.reject_hold(request.auth, order_id=order.id, reason=payload.reason, now=moment.now())
    return _of(order.id, order.number)


@router.get(
    "/screening/rules", response=RuleSetFacts, operation_id="get_screening_rules", summary="Read the screening rules"
)
def get_screening_rules(request: ApiRequest) -> RuleSetFacts:
    """Give the rules in force. Needs `orders.view`."""
    request.auth.require("orders.view")
    return _rules_of(rules.rule_set())


def _rules_of(found: rules.RuleSetView) -> RuleSetFacts:
    facts = {name: getattr(found, name) for name in ("version", "name", "state", "hold_at")}
    shown = [{name: getattr(rule, name) for name in rule.__struct_fields__} for rule in found.rules]
    return RuleSetFacts.model_validate({**facts, "rules": shown})


@router.put(
    "/screening/rules", response=RuleSetFacts, operation_id="put_screening_rules", summary="Change the screening rules"
)
@replayable
def put_screening_rules(request: ApiRequest, payload: RuleSetInput) -> RuleSetFacts:
    """Keep a new version as a draft; with `activate_because` it is in force at once. Needs `orders.screening_rules`."""
    request.auth.require("orders.screening_rules")
    kept = [rule.model_dump() for rule in payload.rules]
    version = screening_rules.save_and_activate(
        request.auth,
        name=payload.name,
        hold_at=payload.hold_at,
        rules=kept,
        reason=payload.activate_because,
        now=moment.now(),
    )
    return _rules_of(rules.rule_set(version))

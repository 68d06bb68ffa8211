"""Allocation: set goods aside for orders, why so, waves, and the policy of weights."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.orders import Day, Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain, Text
from steward.kernel import errors, moment
from steward.modules.fulfilment.commands import allocating, backtests, policies, wave_deciding
from steward.modules.fulfilment.commands import waves as wave_commands
from steward.modules.fulfilment.queries import allocations
from steward.modules.fulfilment.queries import policies as policy_queries
from steward.modules.fulfilment.queries import waves as wave_queries
from steward.modules.fulfilment.rules.policy import Weights
from steward.modules.orders.queries.allocating import order_ids_by_number

router = Router(tags=["allocation"])
WaveNumber = Annotated[str, Path(max_length=24, pattern=Plain)]
TestId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST = 1_000


class AllocationItem(Schema):
    """One choice for an order; `why` names what was chosen and each rejected warehouse. Amounts in minor units."""

    id: int
    wave: str
    policy_version: int
    mode: str
    state: str
    cost_minor: int
    currency: str
    shipments: int
    why: dict[str, Any]
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_because: str


class AllocationAct(Input):
    """What is done for orders: allocate, deallocate or reallocate; the latter two need a reason."""

    act: Literal["allocate", "deallocate", "reallocate"] = "allocate"
    orders: Annotated[list[Annotated[str, Field(max_length=24, pattern=Plain)]], Field(min_length=1, max_length=MOST)]
    reason: Text = ""


class AllocationOutcome(Schema):
    """What became of each order, by number; `passed`: not to allocate in its state."""

    placed: list[str]
    nothing: list[str]
    changed: list[str]
    passed: list[str]


class WaveInput(Input):
    """A wave over these orders, or over all of the pool that wait."""

    orders: Annotated[list[Annotated[str, Field(max_length=24, pattern=Plain)]], Field(max_length=MOST)] | None = None
    method: Literal["flow", "splits"] = "splits"
    seconds: Annotated[int, Field(ge=wave_commands.SHORTEST_S, le=wave_commands.LONGEST_S)] = 60
    pool: Annotated[str, Field(max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")] = "main"


class WaveDecision(Input):
    """What becomes of a planned wave."""

    act: Literal["apply", "discard"]
    reason: Text = ""


class WaveItem(Schema):
    """A wave: both modes' figures, the proven bound and the gap to it (share of the cost of moving goods)."""

    number: str
    state: str
    pool: str
    wanted_method: str
    method: str
    limit_s: int
    policy_version: int
    currency: str
    before: dict[str, Any]
    after: dict[str, Any]
    bound_minor: int | None
    gap: float | None
    took_s: float | None
    error: str
    requested_at: datetime
    planned_at: datetime | None
    decided_at: datetime | None


class WavePage(Schema):
    """Waves, newest first; go on with `after` = `next_after`."""

    rows: list[WaveItem]
    next_after: int | None


class WaveOrderItem(Schema):
    """One order of a wave."""

    number: str
    outcome: str
    cost_minor: int
    before: dict[str, Any]
    after: dict[str, Any]
    why: dict[str, Any]


class WaveOrders(Schema):
    """Orders of a wave; go on with `after` = `next_after`."""

    rows: list[WaveOrderItem]
    next_after: int | None


class WaveQuery(Filters):
    """How a list goes on."""

    after: IdAfter | None = None
    limit: Limit = 100


class PolicyItem(Schema):
    """A version of the weights. Amounts in minor units of `currency` within."""

    version: int
    weights: dict[str, Any]
    reason: str
    set_at: datetime
    set_by: str


class PolicyInput(Input):
    """New weights; those left out stay as they are in force."""

    weights: dict[str, int | str | bool]
    expected_version: Annotated[int, Field(ge=0, le=BIGGEST_ID)]
    reason: Text


class ProposalInput(Input):
    """Weights to try on past orders; those left out stay as they are in force."""

    weights: dict[str, int | str | bool]
    from_date: Day = Field(strict=False)
    to_date: Day = Field(strict=False)
    most_orders: Annotated[int, Field(ge=1, le=backtests.MOST_ORDERS)] = 300


class ProposalItem(Schema):
    """A proposal and what came out; `result` is empty while it is tried."""

    id: int
    state: str
    policy_version: int
    from_date: date
    to_date: date
    result: dict[str, Any]
    error: str


@router.get(
    "/orders/{number}/allocations",
    response=list[AllocationItem],
    operation_id="list_allocations",
    summary="Read from where an order is served, and why",
)
def list_allocations(request: ApiRequest, number: Number) -> list[allocations.AllocationView]:
    """List an order's allocations, newest first. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    return allocations.allocations_of_order(covered(request, number).order.id)


@router.post(
    "/allocations", response=AllocationOutcome, operation_id="allocate_orders", summary="Allocate orders, or give back"
)
@replayable
def allocate_orders(request: ApiRequest, payload: AllocationAct) -> AllocationOutcome:
    """Set goods aside for orders, give them back, or choose anew. Needs `fulfilment.allocate`."""
    actor, now = request.auth, moment.now()
    actor.require("fulfilment.allocate")
    ids = _ids(request, payload.orders)
    names = {id_: number for number, id_ in ids.items()}
    match payload.act:
        case "allocate":
            done = allocating.allocate_orders(actor, order_ids=list(names), now=now)
        case "reallocate":
            done = allocating.reallocate_orders(actor, order_ids=list(names), reason=payload.reason, now=now)
        case "deallocate":
            given = allocating.deallocate_orders(actor, order_ids=list(names), reason=payload.reason, now=now)
            changed = [names[id_] for id_ in given]
            passed = [number for number in ids if number not in changed]
            return AllocationOutcome(placed=[], nothing=[], changed=changed, passed=passed)
    return AllocationOutcome(
        placed=[names[id_] for id_ in done.placed],
        nothing=[names[id_] for id_ in done.nothing],
        changed=[names[id_] for id_ in done.changed],
        passed=[names[id_] for id_ in done.passed],
    )


def _ids(request: ApiRequest, numbers: list[str]) -> dict[str, int]:
    """Find orders the caller may touch. Raises: NotFound for the first that is none."""
    ids = order_ids_by_number(numbers)
    for number in numbers:
        if number not in ids:
            raise errors.NotFound(key=number)
        if request.auth.scopes:
            covered(request, number)
    return ids


@router.get("/waves", response=WavePage, operation_id="list_waves", summary="List waves")
def list_waves(request: ApiRequest, query: Query[WaveQuery]) -> dict[str, Any]:
    """List waves. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    refuse_unknown_filters(request, query)
    rows = wave_queries.waves(after=query.after, limit=query.limit)
    return {"rows": rows, "next_after": rows[-1].id if len(rows) == query.limit else None}


@router.post("/waves", response=WaveItem, operation_id="request_wave", summary="Ask for a wave")
@replayable
def request_wave(request: ApiRequest, payload: WaveInput) -> WaveItem:
    """Let a worker plan a wave; nothing is set aside before it is applied. Needs `fulfilment.allocate`."""
    request.auth.require("fulfilment.allocate")
    ids = None if payload.orders is None else list(_ids(request, payload.orders).values())
    number = wave_commands.request_wave(
        request.auth,
        now=moment.now(),
        order_ids=ids,
        method=payload.method,
        seconds=payload.seconds,
        pool=payload.pool,
    )
    return WaveItem.model_validate(wave_queries.get_wave(number))


@router.get("/waves/{number}", response=WaveItem, operation_id="get_wave", summary="Read a wave")
def get_wave(request: ApiRequest, number: WaveNumber) -> wave_queries.WaveView:
    """Read a wave with both modes side by side. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    return wave_queries.get_wave(number)


@router.get(
    "/waves/{number}/orders", response=WaveOrders, operation_id="list_wave_orders", summary="List a wave's orders"
)
def list_wave_orders(request: ApiRequest, number: WaveNumber, query: Query[WaveQuery]) -> dict[str, Any]:
    """List what both modes give each order of a wave, and why. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    refuse_unknown_filters(request, query)
    wave = wave_queries.get_wave(number)
    rows = wave_queries.orders_of_wave(wave.id, after=query.after or 0, limit=query.limit)
    return {"rows": rows, "next_after": rows[-1].id if len(rows) == query.limit else None}


@router.post("/waves/{number}", response=WaveItem, operation_id="decide_wave", summary="Apply or discard a wave")
@replayable
def decide_wave(request: ApiRequest, number: WaveNumber, payload: WaveDecision) -> WaveItem:
    """Carry a planned wave out, or throw it away. Needs `fulfilment.allocate`."""
    actor, now = request.auth, moment.now()
    if payload.act == "apply":
        wave_deciding.apply_wave(actor, number=number, now=now)
    else:
        wave_deciding.discard_wave(actor, number=number, reason=payload.reason, now=now)
    return WaveItem.model_validate(wave_queries.get_wave(number))


@router.get(
    "/allocation-policy", response=list[PolicyItem], operation_id="list_allocation_policies", summary="Read the policy"
)
def list_allocation_policies(request: ApiRequest) -> list[dict[str, Any]]:
    """List versions of the weights; the first is in force. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    return [msgspec.to_builtins(one) for one in policy_queries.policies()]


@router.post(
    "/allocation-policy", response=PolicyItem, operation_id="set_allocation_policy", summary="Put new weights in force"
)
@replayable
def set_allocation_policy(request: ApiRequest, payload: PolicyInput) -> PolicyItem:
    """Change weights with a reason; a version is kept for each change. Needs `fulfilment.policy`."""
    policies.set_policy(
        request.auth,
        weights=_whole(payload.weights),
        expected_version=payload.expected_version,
        reason=payload.reason,
    )
    return PolicyItem.model_validate(msgspec.to_builtins(policy_queries.policies(limit=1)[0]))


def _whole(changed: dict[str, int | str | bool]) -> dict[str, Any]:
    """Fill weights up with those in force."""
    in_force: Weights = policy_queries.policy_in_force().weights
    return {**msgspec.to_builtins(in_force), **changed}


@router.post(
    "/allocation-policy/proposals", response=ProposalItem, operation_id="try_allocation_policy", summary="Try weights"
)
@replayable
def try_allocation_policy(request: ApiRequest, payload: ProposalInput) -> ProposalItem:
    """Let a worker try weights on past orders; nothing is changed. Needs `fulfilment.policy`."""
    id_ = backtests.request_backtest(
        request.auth,
        weights=_whole(payload.weights),
        from_date=payload.from_date,
        to_date=payload.to_date,
        most_orders=payload.most_orders,
    )
    return ProposalItem.model_validate(policy_queries.get_backtest(id_))


@router.get(
    "/allocation-policy/proposals/{id}",
    response=ProposalItem,
    operation_id="get_allocation_proposal",
    summary="Read a proposal",
)
def get_allocation_proposal(request: ApiRequest, id: TestId) -> policy_queries.BacktestView:
    """Read what a proposal would have done. Needs `fulfilment.view`."""
    request.auth.require("fulfilment.view")
    return policy_queries.get_backtest(id)

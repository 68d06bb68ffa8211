"""The steps of the order process, and why an order waits for a person."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Input, OrderFull, Plain, Text
from steward.kernel import moment
from steward.modules.orders import queries as order_queries
from steward.modules.orders.commands import auditing, step_doing
from steward.modules.orders.commands import process as commands
from steward.modules.orders.queries import process as queries
from steward.modules.orders.rules.process import LONGEST_INSTRUCTION, LONGEST_NAME

router = Router(tags=["process"])
StepCode = Annotated[str, Path(min_length=1, max_length=50, pattern=Plain)]
Instruction = Annotated[str, Field(min_length=1, max_length=LONGEST_INSTRUCTION, pattern=Plain)]
StepName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=Plain)]
LONGEST_S = 366 * 86_400


class ProcessStep(Schema):
    """One step in force. Units: seconds; `target_s` 0: no limit counts. `manual`: one of the house's own, by name."""

    code: str
    version: int
    position: int
    responsible_role: str
    instruction: dict[str, str]
    clock_kind: str
    target_s: int
    manual: bool
    name: dict[str, str]
    set_at: datetime
    set_by: str
    reason: str


class StepInput(Input):
    """What a step says from now on. `version` is the one that was read."""

    version: Annotated[int, Field(ge=1, le=BIGGEST_ID)]
    responsible_role: Code
    zh_hans: Instruction
    zh_hant: Instruction
    en: Instruction
    reason: Code
    target_s: Annotated[int, Field(ge=1, le=LONGEST_S)] | None = None


class OwnStepInput(Input):
    """A step of the house's own: where it stands, what it is called and what is to be done. Units: seconds."""

    after: Code
    responsible_role: Code
    name_zh_hans: StepName
    name_zh_hant: StepName
    name_en: StepName
    zh_hans: Instruction
    zh_hant: Instruction
    en: Instruction
    reason: Code
    target_s: Annotated[int, Field(ge=1, le=LONGEST_S)] | None = None


class PlaceInput(Input):
    """Behind which step one of the house's own stands from now on, and why."""

    after: Code
    reason: Code


class RetireInput(Input):
    """Why a step is taken out."""

    reason: Code


class DoneInput(Input):
    """Which step of an order is done, with a note."""

    code: Code
    note: Text = ""


class AuditWhy(Schema):
    """Why an order does not pass its audit by itself, and the buyer's own history."""

    reasons: list[str]
    late_since: datetime | None
    credit: str
    kept: int
    unpaid: int
    refused: int
    abused: int
    owed_minor: int


@router.get("/process", response=list[ProcessStep], operation_id="list_steps", summary="Read the order process")
def list_steps(request: ApiRequest) -> list[queries.StepView]:
    """List the steps of the order process. Needs `orders.view`."""
    request.auth.require("orders.view")
    return queries.process_steps()


@router.post("/process/{code}", response=ProcessStep, operation_id="change_step", summary="Change a step")
@replayable
def change_step(request: ApiRequest, code: StepCode, payload: StepInput) -> ProcessStep:
    """Put a new version of a step in force. Needs `orders.process`, for the limit `settings.policies` as well."""
    request.auth.require("orders.process")
    commands.change_step(
        request.auth,
        code=code,
        responsible_role=payload.responsible_role,
        instruction={"zh-hans": payload.zh_hans, "zh-hant": payload.zh_hant, "en": payload.en},
        seen_version=payload.version,
        reason=payload.reason,
        target_s=payload.target_s,
        now=moment.now(),
    )
    return ProcessStep.model_validate(queries.process_step(code))


@router.post("/process", response=ProcessStep, operation_id="add_step", summary="Add a step")
@replayable
def add_step(request: ApiRequest, payload: OwnStepInput) -> ProcessStep:
    """Add a step at which orders wait until somebody has done it. Needs `orders.process`."""
    request.auth.require("orders.process")
    code = commands.add_step(
        request.auth,
        after=payload.after,
        name={"zh-hans": payload.name_zh_hans, "zh-hant": payload.name_zh_hant, "en": payload.name_en},
        responsible_role=payload.responsible_role,
        instruction={"zh-hans": payload.zh_hans, "zh-hant": payload.zh_hant, "en": payload.en},
        target_s=payload.target_s,
        reason=payload.reason,
        now=moment.now(),
    )
    return ProcessStep.model_validate(queries.process_step(code))


@router.post("/process/{code}/place", response=ProcessStep, operation_id="move_step", summary="Move a step")
@replayable
def move_step(request: ApiRequest, code: StepCode, payload: PlaceInput) -> ProcessStep:
    """Put a step of the house's own elsewhere; built-in ones carry logic and stay. Needs `orders.process`."""
    request.auth.require("orders.process")
    commands.move_step(request.auth, code=code, after=payload.after, reason=payload.reason, now=moment.now())
    return ProcessStep.model_validate(queries.process_step(code))


@router.post("/process/{code}/retire", response=list[ProcessStep], operation_id="retire_step", summary="Retire a step")
def retire_step(request: ApiRequest, code: StepCode, payload: RetireInput) -> list[queries.StepView]:
    """Take a step of the house's own out; orders that waited there go on. Needs `orders.process`."""
    request.auth.require("orders.process")
    commands.retire_step(request.auth, code=code, reason=payload.reason, now=moment.now())
    return queries.process_steps()


@router.post(
    "/orders/{number}/steps", response=OrderFull, operation_id="complete_step", summary="Say that a step is done"
)
@replayable
def complete_step(request: ApiRequest, number: Number, payload: DoneInput) -> OrderFull:
    """Say that a step of the house's own is done; the order goes on by itself. Needs `orders.do_steps`."""
    request.auth.require("orders.do_steps")
    order_id = covered(request, number).order.id
    step_doing.complete_step(request.auth, order_id=order_id, code=payload.code, note=payload.note, now=moment.now())
    return OrderFull.model_validate(order_queries.order_detail(order_id))


@router.get(
    "/orders/{number}/audit",
    response=AuditWhy,
    operation_id="get_audit_reasons",
    summary="Why an order waits for a person",
)
def get_audit_reasons(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Name why an order does not pass its audit by itself; empty where it does. Needs `orders.view`."""
    request.auth.require("orders.view")
    order_id = covered(request, number).order.id
    found = auditing.waiting_of([order_id], moment.now())[order_id]
    history = found.credit.history if found.credit else None
    return {
        "reasons": found.reasons,
        "late_since": found.late_since,
        "credit": found.credit.grade if found.credit else "new",
        **{name: getattr(history, name, 0) for name in ("kept", "unpaid", "refused", "abused", "owed_minor")},
    }

"""The steps of the order process, and why an order waits for a person."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Input, Plain
from steward.kernel import moment
from steward.modules.orders.commands import auditing
from steward.modules.orders.commands import process as commands
from steward.modules.orders.queries import process as queries
from steward.modules.orders.rules.process import LONGEST_INSTRUCTION

router = Router(tags=["process"])
StepCode = Annotated[str, Path(min_length=1, max_length=50, pattern=Plain)]
Instruction = Annotated[str, Field(min_length=1, max_length=LONGEST_INSTRUCTION, pattern=Plain)]
LONGEST_S = 366 * 86_400


class ProcessStep(Schema):
    """One step in force. Units: seconds; `target_s` 0: no limit counts."""

    code: str
    version: int
    position: int
    responsible_role: str
    instruction: dict[str, str]
    clock_kind: str
    target_s: int
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

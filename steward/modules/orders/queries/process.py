"""Read the steps of the order process: what is in force, what was before, which limit counts for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from steward.kernel import errors
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders.models import Step, StepDone
from steward.modules.orders.queries import words
from steward.modules.orders.queries.exception_words import in_language
from steward.modules.orders.rules.steps import StepDefinition


class StepView(Struct, frozen=True):
    """One version of a step. Units: seconds; `target_s` 0 where no limit counts."""

    code: str
    version: int
    position: int
    responsible_role: str
    instruction: dict[str, str]
    clock_kind: str
    set_at: datetime
    set_by: str
    reason: str
    manual: bool
    name: dict[str, str]
    target_s: int = 0

    @property
    def label(self) -> str:
        """Name the step in the reader's language."""
        return step_label(self.code, self.name)

    @property
    def why_fixed(self) -> str:
        """Say why a built-in step stays where it is, in the reader's language; own steps can be moved."""
        return "" if self.manual else words.word(words.STEP_LOGIC, self.code)

    @property
    def role_label(self) -> str:
        """Name who is responsible in the reader's language."""
        return words.word(words.ROLES, self.responsible_role)

    @property
    def text(self) -> str:
        """Say what is to be done in the reader's language."""
        return in_language(self.instruction)


def step_label(code: str, name: Mapping[str, str]) -> str:
    """Name a step in the reader's language: own ones by their name, built-in ones by the word for them."""
    return in_language(name) if name else words.word(words.STEPS, code)


def step_definitions() -> list[StepDefinition]:
    """List the steps of the order process as the house defined them, in their order."""
    fields = ("code", "responsible_role", "instruction", "clock_kind", "name", "manual")
    rows = Step.objects.filter(active=True).order_by("position", "id").values_list(*fields)
    return [StepDefinition(*row) for row in rows]


def steps_done(order_id: int) -> set[str]:
    """List the own steps that somebody has done for an order."""
    return set(StepDone.objects.filter(order_id=order_id).values_list("code", flat=True))


def process_steps() -> list[StepView]:
    """List the steps in force, in their order, each with the general limit of its clock."""
    limits = _limits()
    rows = Step.objects.filter(active=True).order_by("position", "id").values_list(*StepView.__struct_fields__[:-1])
    return [StepView(*(*row, limits.get(row[5], 0))) for row in rows]


def process_step(code: str) -> StepView:
    """Return one step in force. Raises: NotFound."""
    found = next((step for step in process_steps() if step.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return found


def step_versions(code: str) -> list[StepView]:
    """List the versions of a step, newest first."""
    rows = Step.objects.filter(code=code).order_by("-version").values_list(*StepView.__struct_fields__[:-1])
    return [StepView(*row) for row in rows]


def _limits() -> dict[str, int]:
    return {
        policy.clock_kind: policy.target_s
        for policy in deadlines.active_policies()
        if policy.subject_kind == "order" and not policy.code
    }

"""Business numbers (limits, weights, windows): defined in code with a default, changed by a manager, versioned."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import IntegrityError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, memory, money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import Parameter

FRESH_S = 5.0
MOST_MINOR = 10**15
_definitions: dict[str, Definition] = {}
_cache: dict[str, tuple[float, Any]] = {}


class Definition(msgspec.Struct, frozen=True):
    """One business number: its default, unit and meaning.

    Kind `amounts` is an amount of money per currency: {"CNY": 500000}, in minor units; what has none is not in it.
    """

    name: str
    default: Any
    unit: str
    label: Any
    minimum: float | None = None
    maximum: float | None = None
    kind: Literal["integer", "number", "boolean", "text", "amounts"] = "integer"


class ParameterSet(events.Event, frozen=True, kw_only=True):
    """A manager changed a business number."""

    KIND = "kernel.parameter_set"
    SUBJECT = "parameter"
    parameter_id: int
    name: str
    before: Any
    after: Any
    reason: str


class UnfitValue(errors.Refusal):
    """Refuse a value outside the parameter's bounds."""

    code = "unfit_value"
    status = 422
    message = _("“%(value)s” does not fit %(name)s: give a value between %(minimum)s and %(maximum)s.")


def define(name: str, default: Any, *, unit: str, label: Any, **bounds: Any) -> Definition:
    """Declare a business number at import time."""
    _definitions[name] = definition = Definition(name=name, default=default, unit=unit, label=label, **bounds)
    return definition


def definitions() -> list[Definition]:
    """Return all declared numbers by name."""
    return sorted(_definitions.values(), key=lambda definition: definition.name)


class Version(msgspec.Struct, frozen=True):
    """One value that was in force, since when, set by whom and why."""

    version: int
    value: Any
    set_at: datetime
    set_by: str
    reason: str


def history(name: str) -> list[Version]:
    """List the values a number had, newest first; the default, in force before the first, is not among them."""
    fields = ("version", "value", "set_at", "set_by", "reason")
    return [Version(*row) for row in Parameter.objects.filter(name=name).order_by("-version").values_list(*fields)]


def value(definition: Definition) -> Any:
    """Return the number in force; another machine's change is seen within five seconds."""
    known = _cache.get(definition.name)
    if known and time.monotonic() - known[0] < FRESH_S:
        return known[1]
    row = Parameter.objects.filter(name=definition.name).order_by("-version").values_list("value", flat=True).first()
    result = definition.default if row is None else row
    _cache[definition.name] = (time.monotonic(), result)
    return result


def forget() -> None:
    """Read every number anew from the database."""
    _cache.clear()


def is_fit(definition: Definition, new: Any) -> bool:
    """Tell whether a value is of the parameter's kind and within its bounds."""
    if definition.kind == "amounts":
        return isinstance(new, dict) and all(_is_amount(*entry) for entry in new.items())
    if definition.kind in ("boolean", "text"):
        return isinstance(new, bool if definition.kind == "boolean" else str)
    if isinstance(new, bool) or not isinstance(new, int if definition.kind == "integer" else int | float):
        return False
    low, high = definition.minimum, definition.maximum
    return math.isfinite(new) and (low is None or new >= low) and (high is None or new <= high)


def _is_amount(currency: Any, amount_minor: Any) -> bool:
    is_whole = isinstance(amount_minor, int) and not isinstance(amount_minor, bool)
    return currency in money.CURRENCIES and is_whole and 0 <= amount_minor <= MOST_MINOR


memory.remembers(forget)


@command(needs="settings.parameters")
def set_parameter(actor: Actor, *, name: str, new: Any, reason: str) -> int:
    """Put a new version of a business number in force.

    Returns the version. Raises: NotFound, UnfitValue, Stale. Emits: ParameterSet.
    """
    definition = _definitions.get(name)
    if definition is None:
        raise errors.NotFound(key=name)
    if not is_fit(definition, new):
        raise UnfitValue(value=new, name=name, minimum=definition.minimum, maximum=definition.maximum)
    forget()
    before = value(definition)
    last = Parameter.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0
    try:
        row = Parameter.objects.create(name=name, version=last + 1, value=new, set_by=actor.id, reason=reason)
    except IntegrityError as error:  # the same version was put in force by somebody else in this moment
        raise errors.Stale from error
    events.record(actor, [ParameterSet(parameter_id=row.id, name=name, before=before, after=new, reason=reason)])
    forget()
    return last + 1

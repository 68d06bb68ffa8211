"""What is announced: every event class, its name and its fields."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable, Iterator

from django.conf import settings

import steward.modules
from steward.kernel import events, parameters

# Verbs whose past participle does not end in -ed.
IRREGULAR = frozenset(
    {
        "Begun",
        "Broken",
        "Chosen",
        "Found",
        "Given",
        "Held",
        "Overridden",
        "Kept",
        "Left",
        "Lost",
        "Made",
        "Met",
        "Paid",
        "Put",
        "Reset",
        "Sent",
        "Stuck",
    }
    | {"Set", "Shown", "Sold", "Split", "Spent", "Taken", "Told", "Withdrawn", "Written"}
)
# What belongs to the verb before it: handed over, called off.
PARTICLES = frozenset({"Off", "Over"})


def classes() -> list[type[events.Event]]:
    """Return every event class of the kernel and the modules by its kind."""
    found: dict[str, type[events.Event]] = {"kernel.parameter_set": parameters.ParameterSet}
    for module in pkgutil.iter_modules(steward.modules.__path__):
        name = f"steward.modules.{module.name}.events"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    found |= {kind: event for kind, event in events.kinds().items() if event.__module__.startswith("steward.")}
    return [found[kind] for kind in sorted(found)]


def snake(name: str) -> str:
    """Write CamelCase as snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def ill_named(found: Iterable[type[events.Event]]) -> Iterator[str]:
    """Yield events whose name, kind or subject breaks the rule."""
    for event in found:
        parts = event.__module__.split(".")
        home = parts[2] if parts[1] == "modules" else parts[1]
        words = re.findall(r"[A-Z][a-z]*", event.__name__)
        last = words[-2] if words[-1] in PARTICLES else words[-1]
        if event.__module__.split(".")[-1] == "events" and f"{home}.{snake(event.__name__)}" != event.KIND:
            yield f"{event.__name__}: KIND is {event.KIND!r}, not {home}.{snake(event.__name__)}"
        if not last.endswith("ed") and last not in IRREGULAR:
            yield f"{event.__name__}: an event tells what has happened: its name ends in a past participle"
        if not event.SUBJECT or f"{event.SUBJECT}_id" not in event.__struct_fields__:
            yield f"{event.__name__}: SUBJECT {event.SUBJECT!r} has no field {event.SUBJECT}_id"
        if not (event.__doc__ or "").strip():
            yield f"{event.__name__}: says nothing of itself"


def ill_named_handlers() -> Iterator[str]:
    """Yield subscribed handlers that are not named on_<event>_<what follows>."""
    page = importlib.import_module(settings.SUBSCRIPTIONS.rpartition(".")[0]).SUBSCRIPTIONS
    for event, handlers in page.items():
        for handler in handlers:
            if not handler.__name__.startswith(f"on_{snake(event.__name__)}_"):
                yield f"{handler.__name__}: a handler of {event.__name__} is on_{snake(event.__name__)}_<what follows>"

"""Let the steps of the flow of product quality tick by what happens to the case of after-sales (DSK-5, RET-3)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

# step: the events that finish it beside those it has.
FINISHED_BY: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "propose": ("returns.case_decided", [{"fact": "verb", "op": "is", "value": "approve"}]),
    "back": ("returns.case_piece_moved", [{"fact": "after", "op": "is", "value": "received"}]),
    "inspect": ("returns.case_inspected", [{"fact": "settled", "op": "is", "value": True}]),
    "fulfil": ("returns.case_closed", [{"fact": "state", "op": "is", "value": "completed"}]),
}


def add_events(apps: Any, schema_editor: Any) -> None:
    """Add the events to the steps of the flow that is in force; what people changed of it stays."""
    for flow in apps.get_model("desk", "Flow").objects.filter(code="quality", active=True):
        for step in flow.steps:
            event, only = FINISHED_BY.get(step["code"], ("", []))
            known = {when["event"] for when in step.get("done_when", [])}
            if event and event not in known:
                step["done_when"] = [*step.get("done_when", []), {"event": event, "only": only}]
        flow.save(update_fields=["steps"])


class Migration(migrations.Migration):
    """One flow."""

    dependencies: ClassVar = [("desk", "0026_last_weeks")]
    operations: ClassVar = [migrations.RunPython(add_events, migrations.RunPython.noop)]

"""What the classifier said of a ticket, and the tree to correct it with, for the ticket's page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from steward.modules.desk.queries.classifier import category_names, verdict_on
from steward.modules.desk.queries.ticket import TicketView
from steward.modules.desk.rules.categories import CATEGORIES, REASONS, TREE


def sorting_of(view: TicketView) -> dict[str, Any]:
    """Collect the verdict in words, what can be accepted with one click, and every reason by category."""
    names = category_names(get_language() or "en")
    verdict = verdict_on(view.id)
    facts: dict[str, Any] = {
        "tree": [
            (names[one.code], [(one.code, names[one.code])] + [(key, names[key]) for key in _reasons(one.code)])
            for one in TREE
        ],
        "about_now": f"{view.category}.{view.sub_reason}".rstrip("."),
        "verdict": None,
        "proposal": None,
    }
    if verdict is None or verdict.category not in CATEGORIES:
        return facts
    key = f"{verdict.category}.{verdict.sub_reason}"
    label = f"{names[verdict.category]} › {names[key]}" if key in REASONS else names[verdict.category]
    facts["verdict"] = {"alone": verdict.alone, "label": label, "percent": round(verdict.probability * 100)}
    if facts["about_now"] != key and key in REASONS:
        facts["proposal"] = (key, label)
    return facts


def _reasons(category: str) -> list[str]:
    return [f"{category}.{reason.code}" for reason in CATEGORIES[category].reasons]

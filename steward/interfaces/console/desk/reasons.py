"""Why a ticket is with whom it is, in words."""

from __future__ import annotations

from typing import Any

from steward.modules.desk.queries import routing
from steward.modules.desk.queries import routing_words as words


def reasons_of(ticket_id: int) -> list[tuple[routing.AssignmentView, dict[str, Any]]]:
    """List how a ticket was given out, newest first, each with how, why, and why not to others."""
    return [(one, _told(one)) for one in routing.assignments(ticket_id)]


def _told(one: routing.AssignmentView) -> dict[str, Any]:
    return {
        "how": words.HOW[one.how],
        "why": words.WHY.get(one.why, ""),
        "rejected": [(words.UNFIT.get(code, code), count) for code, count in one.rejected.items()],
    }

"""When the clock of an order's step stands still, because somebody else has to act first under a clock of their own."""

from __future__ import annotations

from typing import Literal

Wait = Literal["held_by_screening", "awaits_verification"]
WAITS: tuple[Wait, ...] = ("held_by_screening", "awaits_verification")


def waits_for(
    *,
    state: str,
    is_held: bool,
    awaits_verification: bool,
    has_errors: bool,
    may_go_on: bool,
    fulfilment_state: str,
) -> Wait | None:
    """Name what an order's step waits for; None where whoever answers for the step can act.

    Held: nobody can audit it, nothing is left to mend, or its money is settled and only the hold keeps it back. What
    its mending or its payment still lacks does not wait for the hold. A second look keeps only the audit waiting.
    Source: ORD-3, ORD-5, ORD-6.
    """
    clean = not has_errors and fulfilment_state in ("promised", "none")
    stops = {"audit": True, "received": clean, "checked": may_go_on}
    if is_held and stops.get(state, False):
        return "held_by_screening"
    return "awaits_verification" if state == "audit" and awaits_verification else None

"""When an order may pass its audit without a person. Source: ORD-6."""

from __future__ import annotations


def reasons_for_a_person(
    *, has_errors: bool, has_warnings: bool, has_conflict: bool, by_hand: bool, total_minor: int, limit_minor: int
) -> list[str]:
    """Name why a person must look; empty: the order passes by itself.

    `limit_minor` bounds what passes unseen (minor units of the order's currency; 0: no bound).
    """
    reasons = {
        "open_errors": has_errors,
        "open_warnings": has_warnings,
        "conflict": has_conflict,
        "entered_by_hand": by_hand,
        "above_limit": bool(limit_minor) and total_minor > limit_minor,
    }
    return [reason for reason, holds in reasons.items() if holds]

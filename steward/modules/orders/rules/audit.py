"""When an order may pass its audit without a person. Source: ORD-6."""

from __future__ import annotations

from collections.abc import Mapping


def limit_of(currency: str, limits_minor: Mapping[str, int]) -> int | None:
    """Return up to which total orders of a currency pass unseen; None where nobody has set a limit for it."""
    return limits_minor.get(currency)


def reasons_for_a_person(
    *,
    has_errors: bool,
    has_warnings: bool,
    has_conflict: bool,
    by_hand: bool,
    amounts_mended: bool,
    payment_state: str,
    has_unexpected_money: bool,
    total_minor: int,
    limit_minor: int | None,
    is_screened: bool = True,
    awaits_verification: bool = False,
) -> list[str]:
    """Name why a person must look; empty: the order passes by itself.

    Only an order paid to the last unit passes, whether or not the finding about its money has been opened yet.
    `limit_minor` bounds what passes unseen (minor units of the order's currency; 0: no bound; None: nothing passes).
    """
    reasons = {
        "open_errors": has_errors,
        "open_warnings": has_warnings,
        "conflict": has_conflict,
        "entered_by_hand": by_hand,
        "amounts_mended": amounts_mended,
        "money_differs": payment_state != "paid" or has_unexpected_money,
        "no_limit": limit_minor is None,
        "held_by_screening": not is_screened,
        "awaits_verification": awaits_verification,
        "above_limit": bool(limit_minor) and total_minor > (limit_minor or 0),
    }
    return [reason for reason, holds in reasons.items() if holds]

"""What stock does on hearing of approvals and of its own stocktakes. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands import ending_write_offs, stocktake_booking, stocktake_deciding
from steward.modules.inventory.events import StocktakeMoved

SYSTEM = system("inventory")


def on_approval_settled_end_write_offs(events: Sequence[ApprovalSettled]) -> None:
    """Write goods off, or let them go, as the second person said."""
    ending_write_offs.follow_approvals(SYSTEM, settled=events, now=moment.now())


def on_approval_settled_move_stocktakes(events: Sequence[ApprovalSettled]) -> None:
    """Let stocktakes be booked, or be compared again, as the other person said."""
    stocktake_deciding.follow_approvals(SYSTEM, settled=events, now=moment.now())


def on_stocktake_moved_book_counts(events: Sequence[StocktakeMoved]) -> None:
    """Book what approved stocktakes found."""
    for number in dict.fromkeys(event.number for event in events if event.state == "approved"):
        stocktake_booking.book_stocktake(SYSTEM, number=number, now=moment.now())

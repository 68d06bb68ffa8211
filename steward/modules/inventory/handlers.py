"""What stock does on hearing of approvals. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands import ending_write_offs

SYSTEM = system("inventory")


def on_approval_settled_end_write_offs(events: Sequence[ApprovalSettled]) -> None:
    """Write goods off, or let them go, as the second person said."""
    ending_write_offs.follow_approvals(SYSTEM, settled=events, now=moment.now())

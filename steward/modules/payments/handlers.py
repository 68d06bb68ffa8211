"""What payments do on hearing of approvals. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.payments.commands import following

SYSTEM = system("payments")


def on_approval_settled_move_refunds(events: Sequence[ApprovalSettled]) -> None:
    """Let refunds go out, or end, as the second person said."""
    following.follow_approvals(SYSTEM, settled=events, now=moment.now())

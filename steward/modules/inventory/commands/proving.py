"""Keep what the reconciler finds until it is in order again, and tell the people who keep stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries
from steward.modules.inventory.commands.telling import tell_of_differences
from steward.modules.inventory.events import BalanceDiffered
from steward.modules.inventory.models import Discrepancy


@command(needs="stock.move")
def prove_balances(actor: Actor, *, now: datetime) -> int:
    """Compare every balance with its ledger; keep what differs, and close what agrees again.

    Returns how many differ. Running it again is harmless: one balance is one open row. Emits: BalanceDiffered, once
    per finding. Locks: nothing that orders need.
    """
    found = {(one.balance, one.row_id): one for one in queries.differences()}
    open_ = {(one.balance, one.row_id): one for one in Discrepancy.objects.select_for_update().filter(gone_at=None)}
    gone = [one.id for key, one in open_.items() if key not in found]
    Discrepancy.objects.filter(id__in=gone).update(gone_at=now)
    for key, row in open_.items():
        if key in found and (row.stands, row.ledger) != (found[key].stands, found[key].ledger):
            Discrepancy.objects.filter(id=row.id).update(stands=found[key].stands, ledger=found[key].ledger)
    fresh = [one for key, one in found.items() if key not in open_]
    made = [
        Discrepancy(
            balance=one.balance, row_id=one.row_id, sku=one.sku, place=one.place[:200], stands=one.stands,
            ledger=one.ledger, entry_id=one.entry_id, verdict=one.verdict, found_at=now,
        )
        for one in fresh
    ]  # fmt: skip
    kept = Discrepancy.objects.bulk_create(made)
    _announce(actor, kept)
    tell_of_differences(actor, kept, now)
    return len(found)


def _announce(actor: Actor, made: Sequence[Discrepancy]) -> None:
    events.record(
        actor,
        [
            BalanceDiffered(
                discrepancy_id=row.id, balance=row.balance, sku=row.sku, place=row.place, stands=row.stands,
                ledger=row.ledger, entry_id=row.entry_id,
            )
            for row in made
        ],
    )  # fmt: skip

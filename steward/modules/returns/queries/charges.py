"""What payments must know of what is owed for repairs: they treat it as they do an order of that number."""

from __future__ import annotations

from steward.modules.payments.rules import OrderFacts
from steward.modules.returns.models import Repair, RepairCharge


def charge_facts(one: RepairCharge, row: Repair) -> OrderFacts:
    """Give the facts of a charge as payments read them. Units: minor units."""
    return OrderFacts(
        order_id=one.account,
        number=one.number,
        total_minor=one.amount_minor,
        currency=one.currency,
        shop=row.shop,
        simulated=row.simulated,
    )


def charge_of_account(account: int) -> OrderFacts | None:
    """Find what is owed by what the ledger of payments knows it by; None where there is none."""
    one = RepairCharge.objects.select_related("repair").filter(account=account).first()
    return charge_facts(one, one.repair) if one is not None else None


def find_charge(number: str) -> OrderFacts | None:
    """Find what is owed by its number, as a payment provider names it; None where there is none."""
    one = RepairCharge.objects.select_related("repair").filter(number=number.strip().upper()).first()
    return charge_facts(one, one.repair) if one is not None else None

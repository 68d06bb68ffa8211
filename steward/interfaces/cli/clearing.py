"""`steward stock slow|expiring|write-off|withdraw|cost`: what does not sell, and what becomes of it."""

from __future__ import annotations

import argparse
from typing import Any

from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import told_line
from steward.kernel import moment, money
from steward.modules.inventory.commands import clearing as commands
from steward.modules.inventory.commands import writing_off
from steward.modules.inventory.queries import clearing
from steward.modules.inventory.rules.write_offs import CAUSES

SHOWN = 200


def register(verbs: Any) -> None:
    """Add what `steward stock` can do about goods that do not sell."""
    for name, run, help_ in (
        ("slow", slow, "list slow-moving and non-moving goods"),
        ("expiring", expiring, "list expiring lots and what will not sell in time"),
    ):
        listing = verbs.add_parser(name, help=help_)
        listing.add_argument("--warehouse", default="")
        listing.set_defaults(run=run)
    moving = verbs.add_parser("clear", help="plan the transfer of a lot to where it sells")
    moving.add_argument("stock", type=int, help="the stock row, as `expiring` lists it")
    moving.add_argument("--pieces", type=int)
    moving.set_defaults(run=clear)
    giving = verbs.add_parser("write-off", help="ask for goods to be given up; somebody else decides")
    giving.add_argument("stock", type=int, help="the stock row, as `expiring` lists it")
    giving.add_argument("pieces", type=int)
    giving.add_argument("cause", choices=CAUSES)
    giving.add_argument("--note", default="")
    giving.set_defaults(run=write_off)
    back = verbs.add_parser("withdraw", help="call a write-off off")
    back.add_argument("number")
    back.add_argument("--reason", default="")
    back.set_defaults(run=withdraw)
    costing = verbs.add_parser("cost", help="say what a piece of an item costs")
    costing.add_argument("sku")
    costing.add_argument("amount", help="e.g. 79.90")
    costing.add_argument("currency", nargs="?", default="CNY")
    costing.set_defaults(run=cost)


def slow(arguments: argparse.Namespace) -> int:
    """List slow-moving goods, the most valuable first."""
    for row in clearing.slow_stock(warehouse=arguments.warehouse, limit=SHOWN, now=moment.now()):
        cover = "∞" if row.cover_days is None else f"{row.cover_days:.0f}"
        value = f"{money.to_decimal(row.value_minor, row.currency)} {row.currency}"
        print(
            f"{row.sku:20} {row.warehouse_code:12} {row.speed:10} {row.on_hand:7} pieces, cover {cover:>6} d, "
            f"idle {row.idle_days:4} d, {value} at {row.basis}"
        )
    return 0


def expiring(arguments: argparse.Namespace) -> int:
    """List expiring lots, the soonest first."""
    for row in clearing.expiring_lots(warehouse=arguments.warehouse, limit=SHOWN, now=moment.now()):
        value = f"{money.to_decimal(row.at_risk_minor, row.currency)} {row.currency}"
        print(
            f"{row.stock_id:8} {row.sku:20} {row.warehouse_code:12} {row.lot:16} {row.expires_date} "
            f"{row.condition:10} {row.free:6} free, {row.unsold:6} unsold, {value} at {row.basis}"
        )
    return 0


def clear(arguments: argparse.Namespace) -> int:
    """Plan the transfer of a lot to where it sells."""
    return told_line(
        lambda: commands.propose_lot_transfer(
            operator(), stock_id=arguments.stock, quantity=arguments.pieces, now=moment.now()
        )
    )


def write_off(arguments: argparse.Namespace) -> int:
    """Ask for a write-off."""
    draft = writing_off.WriteOffDraft(arguments.stock, arguments.pieces, arguments.cause, arguments.note)
    return told_line(lambda: writing_off.ask_write_offs(operator(), drafts=[draft], now=moment.now())[0])


def withdraw(arguments: argparse.Namespace) -> int:
    """Call a write-off off."""

    def work() -> str:
        writing_off.withdraw_write_off(operator(), number=arguments.number, reason=arguments.reason, now=moment.now())
        return f"{arguments.number} is called off"

    return told_line(work)


def cost(arguments: argparse.Namespace) -> int:
    """Say what a piece of an item costs."""

    def work() -> str:
        try:
            cost_minor = money.to_minor(arguments.amount, arguments.currency)
        except (KeyError, ValueError):
            cost_minor = -1
        draft = commands.CostDraft(arguments.sku, cost_minor, arguments.currency)
        return f"{commands.set_costs(operator(), costs=[draft], now=moment.now())} cost changed"

    return told_line(work)

"""`steward stock …`: prove balances, receive goods, order, transfer and plan from the shell."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from steward.interfaces.cli import clearing, stocktake
from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import told_line
from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands import moving, places, proving, receiving, regrading, supply
from steward.modules.inventory.rules.moving import BY_HAND


def register(subparsers: Any) -> None:
    """Add `stock` with its subcommands."""
    top = subparsers.add_parser("stock", help="look after stock")
    verbs = top.add_subparsers(title="stock", metavar="WHAT", required=True)
    verbs.add_parser("prove", help="compare every balance with its ledger").set_defaults(run=prove)
    verbs.add_parser("expire", help="put goods past their date into quarantine").set_defaults(run=expire)
    verbs.add_parser("plan", help="list what is below its reorder point").set_defaults(run=plan)
    stocktake.register(verbs)
    _register_places(verbs)
    _register_goods(verbs)
    clearing.register(verbs)


def _register_places(verbs: Any) -> None:
    opening = verbs.add_parser("open", help="open a warehouse")
    opening.add_argument("code")
    opening.add_argument("name")
    opening.add_argument("--district", default="", help="six digits")
    opening.add_argument("--pool", default="main")
    opening.add_argument("--classes", default="ambient", help="comma separated: ambient,chilled,frozen,hazardous")
    opening.set_defaults(run=open_warehouse)


def _register_goods(verbs: Any) -> None:
    moves = verbs.add_parser("move", help="book a movement by hand")
    for name in ("warehouse", "sku"):
        moves.add_argument(name)
    moves.add_argument("kind", choices=BY_HAND)
    moves.add_argument("quantity", type=int)
    moves.add_argument("--reason", default="")
    moves.add_argument("--reference", default="")
    moves.add_argument("--lot", default="")
    moves.add_argument("--expires", type=date.fromisoformat)
    moves.set_defaults(run=move)
    buying = verbs.add_parser("order", help="order goods from a supplier")
    buying.add_argument("supplier")
    buying.add_argument("warehouse")
    buying.add_argument("lines", nargs="+", metavar="SKU=PIECES")
    buying.set_defaults(run=order)
    moving_ = verbs.add_parser("transfer", help="plan a transfer and send it")
    moving_.add_argument("origin")
    moving_.add_argument("warehouse")
    moving_.add_argument("lines", nargs="+", metavar="SKU=PIECES")
    moving_.set_defaults(run=transfer)
    coming = verbs.add_parser("receive", help="receive a purchase order or transfer")
    coming.add_argument("number")
    coming.add_argument("lines", nargs="*", metavar="SKU=PIECES[@LOT]")
    coming.add_argument("--complete", action="store_true", help="nothing more will come")
    coming.add_argument("--reason", default="")
    coming.set_defaults(run=receive)


def _lines(texts: list[str]) -> list[supply.SupplyLineDraft]:
    return [supply.SupplyLineDraft(sku, _count(count)) for sku, _, count in (text.partition("=") for text in texts)]


def _count(text: str) -> int:
    """Read a count; what is none counts as -1, which every command refuses with its line."""
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else -1


def prove(arguments: argparse.Namespace) -> int:
    """Print every balance that is not what its ledger says, with the first entry that differs. Exit 1 when any."""
    proving.prove_balances(operator(), now=moment.now())
    found = queries.differences()
    for one in found:
        where = f"{one.verdict} {one.entry_id}" if one.entry_id else one.verdict
        print(f"{one.balance:14} {one.sku:20} {one.place:40} stands {one.stands}, ledger {one.ledger} ({where})")
    print(f"{len(found)} balances differ")
    return 1 if found else 0


def expire(arguments: argparse.Namespace) -> int:
    """Put goods past their date into quarantine now."""
    total = 0
    while count := regrading.quarantine_expired(operator(), now=moment.now()):
        total += count
    print(f"{total} stock rows went into quarantine")
    return 0


def plan(arguments: argparse.Namespace) -> int:
    """List what is below its reorder point and what is proposed."""
    for row in queries.plan_rows(only_below=True):
        how = f"transfer from {row.giver_code}" if row.giver_code else f"purchase from {row.supplier or '?'}"
        print(
            f"{row.sku:20} {row.warehouse_code:12} {row.position.total:6} < {row.reorder_point:6}  {row.proposed} {how}"
        )
    return 0


def open_warehouse(arguments: argparse.Namespace) -> int:
    """Open a warehouse."""
    return told_line(
        lambda: (
            "warehouse "
            + str(
                places.open_warehouse(
                    operator(),
                    code=arguments.code,
                    name=arguments.name,
                    district_code=arguments.district,
                    pool=arguments.pool,
                    storage_classes=arguments.classes.split(","),
                )
            )
        )
    )


def move(arguments: argparse.Namespace) -> int:
    """Book a movement by hand."""
    draft = moving.MovementDraft(
        arguments.warehouse,
        catalog.item_ids_by_sku([arguments.sku]).get(arguments.sku, 0),
        arguments.kind,
        arguments.quantity,
        arguments.reference,
        arguments.reason,
        lot=arguments.lot,
        expires_date=arguments.expires,
    )
    return told_line(lambda: _moved(moving.record_movements(operator(), movements=[draft], now=moment.now())))


def _moved(made: moving.Recorded) -> str:
    """Say what became of movements by hand."""
    said = [f"{made.booked} movement booked"] if made.booked else []
    return ", ".join([*said, *(f"{number} waits for approval" for number in made.waiting)])


def order(arguments: argparse.Namespace) -> int:
    """Order goods from a supplier."""
    return told_line(
        lambda: supply.order_goods(
            operator(),
            supplier=arguments.supplier,
            warehouse=arguments.warehouse,
            lines=_lines(arguments.lines),
            now=moment.now(),
        )
    )


def transfer(arguments: argparse.Namespace) -> int:
    """Plan a transfer and send it at once."""

    def work() -> str:
        number = supply.plan_transfer(
            operator(),
            origin=arguments.origin,
            warehouse=arguments.warehouse,
            lines=_lines(arguments.lines),
            now=moment.now(),
        )
        supply.send_transfer(operator(), number=number, now=moment.now())
        return number

    return told_line(work)


def receive(arguments: argparse.Namespace) -> int:
    """Receive a purchase order or transfer."""
    lines = []
    for text in arguments.lines:
        sku, _, rest = text.partition("=")
        count, _, lot = rest.partition("@")
        lines.append(receiving.ReceiptLine(sku, _count(count), lot=lot, reason=arguments.reason))

    def work() -> str:
        done = receiving.receive_supply(
            operator(),
            number=arguments.number,
            lines=lines,
            complete=arguments.complete,
            reason=arguments.reason,
            now=moment.now(),
        )
        return f"{done.number}: {done.received} pieces booked, {done.differences} differences, {done.state}"

    return told_line(work)

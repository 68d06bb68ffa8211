"""`steward stock stocktake …`: plan a count, read it, write counts, count again, ask, call off."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import told_line
from steward.kernel import moment
from steward.modules.inventory.commands import stocktake_counting as counting
from steward.modules.inventory.commands import stocktake_deciding as deciding
from steward.modules.inventory.commands import stocktake_planning as planning
from steward.modules.inventory.queries import stocktake_sheets as sheets
from steward.modules.inventory.queries import stocktakes as queries


def register(verbs: Any) -> None:
    """Add `stocktake` with its subcommands to `stock`."""
    steps = verbs.add_parser("stocktake", help="count stock").add_subparsers(
        title="stocktake", metavar="WHAT", required=True
    )
    plan = steps.add_parser("plan", help="plan a count of a warehouse")
    plan.add_argument("warehouse")
    plan.add_argument("--zones", default="", help="comma separated; none: all")
    plan.add_argument("--classes", default="", help="comma separated: A,B,C; none: all")
    plan.add_argument("--counters", default="", help="comma separated staff ids; none: whoever takes a sheet")
    plan.add_argument("--due", type=date.fromisoformat)
    plan.add_argument("--note", default="")
    plan.set_defaults(run=plan_count)
    steps.add_parser("list", help="list what is under way and what ended").set_defaults(run=list_counts)
    _with_number(steps, "show", "show one with its sheets and differences", show)
    again = _with_number(steps, "recount", "let others count again what differs", recount)
    again.add_argument("--counters", default="", help="comma separated staff ids; none: whoever takes a sheet")
    _with_number(steps, "submit", "ask somebody else to agree", submit)
    off = _with_number(steps, "cancel", "call a count off", cancel)
    off.add_argument("reason")
    paper = steps.add_parser("sheet", help="show a sheet to count, blind")
    paper.add_argument("sheet", type=int)
    paper.set_defaults(run=sheet)
    found = steps.add_parser("count", help="write counts of a sheet")
    found.add_argument("sheet", type=int)
    found.add_argument("lines", nargs="*", metavar="SKU[#LOT]=PIECES")
    found.add_argument("--condition", default="sellable")
    found.add_argument("--hand-in", action="store_true", help="hand the sheet in; what was not counted is not there")
    found.set_defaults(run=count)


def _with_number(steps: Any, name: str, words: str, run: Callable[[argparse.Namespace], int]) -> Any:
    parser = steps.add_parser(name, help=words)
    parser.add_argument("number")
    parser.set_defaults(run=run)
    return parser


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _ids(text: str) -> list[int]:
    """Read staff ids; what is none becomes 0, which the command refuses."""
    return [int(part) if part.isascii() and part.isdecimal() else 0 for part in _parts(text)]


def plan_count(arguments: argparse.Namespace) -> int:
    """Plan a count."""
    draft = planning.StocktakeDraft(
        arguments.warehouse,
        zones=_parts(arguments.zones),
        classes=_parts(arguments.classes),
        counters=_ids(arguments.counters),
        due_date=arguments.due,
        note=arguments.note,
    )
    return told_line(lambda: planning.plan_stocktake(operator(), draft=draft, now=moment.now()))


def list_counts(arguments: argparse.Namespace) -> int:
    """List the newest stocktakes."""
    for row in queries.stocktakes_page(operator()):
        off = "-" if row.differing is None else row.differing
        print(f"{row.number:16} {row.warehouse:12} {row.state:18} {row.counted:5}/{row.lines:<5} differences {off}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Show one stocktake."""

    def work() -> str:
        view = queries.stocktake(operator(), arguments.number)
        lines = [f"{view.number} {view.warehouse_code} {view.state}"]
        lines += [
            f"  sheet {one.id}: zone {one.zone or '-'} round {one.round} {one.counter or 'free'} {one.state} "
            f"{one.counted}/{one.lines}"
            for one in view.sheets
        ]
        lines += [
            f"  {one.sku}{'#' + one.lot if one.lot else ''} {one.condition}: {one.expected} by the books, "
            f"{one.counted} counted, {one.difference:+d}"
            for one in view.differing
        ]
        if view.counted:
            whole = view.accuracy.whole
            lines.append(f"  right: {whole.right}/{whole.lines} places, {whole.value_share:.1%} of the value")
        return "\n".join(lines)

    return told_line(work)


def recount(arguments: argparse.Namespace) -> int:
    """Let others count again."""
    counters = _ids(arguments.counters)

    def work() -> str:
        lines = planning.plan_recount(operator(), number=arguments.number, counters=counters, now=moment.now())
        return f"{lines} places are counted again"

    return told_line(work)


def submit(arguments: argparse.Namespace) -> int:
    """Ask somebody else to agree."""
    return told_line(lambda: deciding.submit_stocktake(operator(), number=arguments.number, now=moment.now()))


def cancel(arguments: argparse.Namespace) -> int:
    """Call a count off."""

    def work() -> str:
        deciding.cancel_stocktake(operator(), number=arguments.number, reason=arguments.reason, now=moment.now())
        return f"{arguments.number} is called off"

    return told_line(work)


def sheet(arguments: argparse.Namespace) -> int:
    """Show a sheet, blind."""

    def work() -> str:
        view = sheets.sheet(operator(), arguments.sheet)
        lines = [f"{view.number} zone {view.zone or '-'} round {view.round} {view.state}, {view.left} left"]
        return "\n".join(
            lines
            + [
                f"  {one.sku}{'#' + one.lot if one.lot else ''} {one.condition}: "
                f"{'-' if one.counted is None else one.counted}"
                for one in view.lines
            ]
        )

    return told_line(work)


def count(arguments: argparse.Namespace) -> int:
    """Write counts of a sheet, and hand it in where wanted."""
    drafts = []
    for text in arguments.lines:
        code, _, pieces = text.partition("=")
        sku, _, lot = code.partition("#")
        fits = pieces.isascii() and pieces.isdecimal()
        drafts.append(counting.CountDraft(sku, int(pieces) if fits else -1, lot, arguments.condition))

    def work() -> str:
        done = counting.record_counts(operator(), sheet_id=arguments.sheet, counts=drafts, now=moment.now())
        if not arguments.hand_in:
            return f"{done} places counted"
        state = counting.hand_in_sheet(operator(), sheet_id=arguments.sheet, rest_is_zero=True, now=moment.now())
        return f"{done} places counted, handed in; the stocktake is {state}"

    return told_line(work)

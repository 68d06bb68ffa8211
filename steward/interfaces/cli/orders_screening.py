"""`steward orders screen`: try screening rules on past orders, or index what orders have in common."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.utils import translation
from tqdm import tqdm

from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.kernel.errors import Refusal
from steward.modules.orders.commands import screening_backtests, screening_signals
from steward.modules.orders.queries import screening_rules
from steward.modules.orders.rules.screening_scores import Result

USUAL_DAYS = 90


def register(commands: Any) -> None:
    """Add `screen`."""
    screen = commands.add_parser("screen", help="try screening rules on past orders")
    what = screen.add_mutually_exclusive_group(required=True)
    what.add_argument("--backtest", action="store_true", help="judge past orders and say what would have been held")
    what.add_argument("--fill", action="store_true", help="index orders taken in before there was screening")
    screen.add_argument("--rules", type=int, metavar="VERSION", help="version of the rules (default: in force)")
    screen.add_argument("--from", dest="from_date", type=date.fromisoformat, metavar="DATE")
    screen.add_argument("--to", dest="to_date", type=date.fromisoformat, metavar="DATE")
    screen.add_argument(
        "--bad", action="append", choices=screening_backtests.BAD, help="which orders count as bad (repeatable)"
    )
    screen.add_argument("--labels", type=Path, metavar="FILE", help="numbers of bad orders, one a line")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=run)


def _operator() -> Actor:
    """Return who sits at the machine: whoever may run commands there may do everything."""
    language = translation.get_language() or "en"
    return Actor(id=f"cli:{getpass.getuser()}", kind="system", permissions=frozenset({"*"}), locale=language)


def run(arguments: argparse.Namespace) -> int:
    """Run what was asked for, and print what came out."""
    actor = _operator()
    if arguments.fill:
        print(json.dumps({"indexed": screening_signals.fill_signals(actor, now=moment.now())}))
        return 0
    try:
        result = _backtest(actor, arguments)
    except (Refusal, OSError) as error:
        print(f"steward: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(result), ensure_ascii=False))
    else:
        print("\n".join(_lines(result)))
    return 0


def _backtest(actor: Actor, arguments: argparse.Namespace) -> Result:
    """Run a back-test here, with a bar. Raises: Refusal; OSError for a label file that cannot be read."""
    today = moment.now().date()
    numbers = arguments.labels.read_text("utf-8-sig").split() if arguments.labels else []
    bad = arguments.bad or ["rejected", "fraud"]
    backtest_id = screening_backtests.request_backtest(
        actor,
        version=arguments.rules or screening_rules.rule_set().version,
        from_date=arguments.from_date or today - timedelta(days=USUAL_DAYS),
        to_date=arguments.to_date or today,
        bad=sorted({*bad, *(["labels"] if numbers else [])}),
        label_numbers=numbers,
        label_file=arguments.labels.name if arguments.labels else "",
        later=False,
    )
    with tqdm(unit=" orders", disable=arguments.json or not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        result = screening_backtests.run_backtest(actor, backtest_id=backtest_id, now=moment.now(), progress=progress)
    assert result is not None  # it was made a moment ago, and nobody else runs it
    return result


def _lines(result: Result) -> list[str]:
    at = result.at
    shares = (("precision", at.precision), ("recall", at.recall), ("false alarms", at.false_alarm_share))
    held = f"held from score {at.hold_at} on: {at.held}, {at.caught} of them bad"
    lines = [
        f"{result.orders} orders, {result.bad} of them bad; {held}",
        ", ".join(f"{name} {'-' if share is None else format(share, '.1%')}" for name, share in shares),
    ]
    lines += [f"  {one.rule}: fired {one.fired}, bad {one.bad}" for one in result.rules]
    return lines

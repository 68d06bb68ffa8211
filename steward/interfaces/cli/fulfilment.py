"""`steward fulfilment …`: allocate orders, plan, apply and discard waves."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import msgspec

from steward.interfaces.cli.orders import operator
from steward.kernel import moment
from steward.kernel.errors import NotFound, Refusal
from steward.modules.fulfilment.commands import allocating, wave_deciding, waves
from steward.modules.fulfilment.queries import waves as queries
from steward.modules.orders.queries.allocating import order_ids_by_number, orders_awaiting_allocation


def register(subparsers: Any) -> None:
    """Add `fulfilment` with its subcommands."""
    top = subparsers.add_parser("fulfilment", help="allocate orders; plan, apply and discard waves")
    verbs = top.add_subparsers(title="fulfilment", metavar="WHAT", required=True)
    allocate = verbs.add_parser("allocate", help="set goods aside for approved orders, one by one")
    allocate.add_argument("orders", nargs="*", help="order numbers (without any: all that wait)")
    release = verbs.add_parser("deallocate", help="give back what is set aside for orders")
    release.add_argument("orders", nargs="+", help="order numbers")
    release.add_argument("--reason", required=True, help="why")
    wave = verbs.add_parser("wave", help="plan a wave here and now, and print both modes")
    wave.add_argument("--method", choices=waves.METHODS, default="splits", help="flow (seconds) or splits (default)")
    wave.add_argument("--seconds", type=int, default=60, help="at most so long (default 60)")
    wave.add_argument("--pool", default="main", help="sales pool (default main)")
    apply = verbs.add_parser("apply", help="carry a planned wave out")
    discard = verbs.add_parser("discard", help="throw a wave away")
    for verb in (apply, discard):
        verb.add_argument("number", help="number of the wave")
    discard.add_argument("--reason", default="", help="why")
    runs = ((allocate, _allocate), (release, _deallocate), (wave, _wave), (apply, _apply), (discard, _discard))
    for verb, run in runs:
        verb.add_argument("--json", action="store_true", help="print one JSON object instead of words")
        verb.set_defaults(run=lambda arguments, run=run: _run(arguments, run))


def _run(arguments: argparse.Namespace, run: Any) -> int:
    """Do it and print what came of it. Exit 2 when it was refused."""
    try:
        facts = run(arguments)
    except Refusal as refusal:
        if arguments.json:
            print(json.dumps({"error": str(refusal), "code": refusal.code}, ensure_ascii=False))
        print(f"steward: {refusal}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        for name, value in facts.items():
            print(f"{name}: {_text(value)}")
    return 0


def _text(value: Any) -> str:
    return ", ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, dict) else str(value)


def _ids(numbers: list[str]) -> list[int]:
    """Find orders by number. Raises: NotFound."""
    found = order_ids_by_number(numbers)
    for number in numbers:
        if number not in found:
            raise NotFound(key=number)
    return list(found.values())


def _allocate(arguments: argparse.Namespace) -> dict[str, Any]:
    ids = _ids(arguments.orders) if arguments.orders else orders_awaiting_allocation()
    done = allocating.allocate_orders(operator(), order_ids=ids, now=moment.now())
    return {name: len(ids) for name, ids in msgspec.to_builtins(done).items()}


def _deallocate(arguments: argparse.Namespace) -> dict[str, Any]:
    given = allocating.deallocate_orders(
        operator(), order_ids=_ids(arguments.orders), reason=arguments.reason, now=moment.now()
    )
    return {"given_back": len(given)}


def _wave(arguments: argparse.Namespace) -> dict[str, Any]:
    number = waves.run_wave(
        operator(), now=moment.now(), mode=arguments.method, seconds=arguments.seconds, pool=arguments.pool
    )
    one = queries.get_wave(number)
    return {"wave": number, "before": dict(one.before), "after": dict(one.after), "gap": one.gap, "error": one.error}


def _apply(arguments: argparse.Namespace) -> dict[str, Any]:
    done = wave_deciding.apply_wave(operator(), number=arguments.number, now=moment.now())
    return {"applied": done.applied, "changed": done.changed}


def _discard(arguments: argparse.Namespace) -> dict[str, Any]:
    wave_deciding.discard_wave(operator(), number=arguments.number, reason=arguments.reason, now=moment.now())
    return {"discarded": arguments.number}

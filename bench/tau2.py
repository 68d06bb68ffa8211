"""Run the tasks of tau2's shop: load it, carry out every right action by Steward's commands, compare both sides.

Their shop is loaded into a database of its own and left behind by nobody. Which of theirs becomes which of ours:

| theirs | ours |
|---|---|
| variant of a product, its price, whether it is there | item of the product's `family`; its stock, or none |
| user, e-mail, name, own address | customer found by the shop's id, e-mail and name; `keep_address` |
| gift card and its balance | card account of the wallet ledger under the same code |
| order with items, address, payments | order taken in with its payments, their means as the payment's `method` |
| pending, processed, delivered, cancelled | approved and promised; handed over; delivered; cancelled and given back |
| cancel | `cancel_order` for the customer: money back to the means it came by, cards at once |
| modify items | change of lines: difference given back, or asked for; a card pays, else the bench is the till |
| modify payment | change of means: a card pays the whole, else the till; what came before goes back |
| modify address, modify user's address | change of address; `keep_address` |
| return, exchange | case granted by the return policy; the replacement is set aside, the difference reckoned |
| hand over to a person | ticket without an owner |
| find, get, calculate | customers', orders', catalogue's queries, held against their rows; sums are nobody's |

Users who never ordered anything are not loaded: an order is what makes a customer. Loaded orders are handed over and
delivered without a parcel of ours. Their policy is rows of our tables (bench/_tau2_policy.py); what each action has to
leave says a model written from their policy's text (bench/_tau2_model.py): state, address, items, money by means, what
goes back or is to be paid, card balances, to the cent. After each task things its orders' state forbids are asked for,
and have to be refused by those rules.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "tau2"


def folder() -> Path:
    """Say where their shop lies: in $STEWARD_DATA, else beside the project. Raises: SystemExit where it does not."""
    found = Path(os.environ.get("STEWARD_DATA") or _stage.ROOT.parent / "shared" / "data") / "tau2_retail"
    if not (found / "db.json.gz").is_file():
        raise SystemExit(f"no tau2 shop in {found}: set STEWARD_DATA to the folder of real data")
    return found


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Run all tasks in a process of its own, on a database of its own."""
    data = folder()
    with _stage.folder() as place, bundled.temporary_server(place / "server") as url:
        environment = _stage.environment(url, place)
        _stage.steward(environment, "migrate")
        command = [sys.executable, "-m", "bench._tau2_inside", str(data)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    asked = found["refused"] + len(found["let_through"])
    figures = [
        _figure("tasks whose right actions are all possible", found["possible"], found["tasks"]),
        _figure("tasks that leave the state expected", found["equal"], found["tasks"]),
        _figure("forbidden wishes refused by the rules", found["refused"], asked),
    ]
    return {"figures": figures, **found}


def _figure(name: str, value: int, reference: int) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "",
        "reference": reference,
        "ratio": value / reference if reference else None,
    }


def show(result: dict[str, Any]) -> None:
    """Name the tasks that differ, with why, and what was let through."""
    for task, why in result["differ"].items():
        print(f"task {task}: {'; '.join(why)}")
    for what in result["let_through"]:
        print(f"let through: {what}")

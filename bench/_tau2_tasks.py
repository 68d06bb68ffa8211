"""Run tasks: every right action by Steward's commands and by the model, both sides compared, then what is forbidden.

Nothing of a task stays: each runs in a transaction that is rolled back.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from msgspec import Struct
from procrastinate.contrib.django.models import ProcrastinateJob

from bench import _tau2_compare as compare
from bench import _tau2_model as model
from bench._tau2_acts import RefusedHere, Scene, Wrong, act
from bench._tau2_load import Loaded, Row
from steward.kernel import memory
from steward.kernel.errors import Refusal
from steward.modules.payments.tasks import work_batch
from tests import make


class Outcome(Struct):
    """What became of a task. `refused` counts what their policy forbids and Steward refused, `let_through` what not."""

    task: str
    possible: bool = True
    differences: list[str] = []
    actions: dict[str, int] = {}
    refused: int = 0
    let_through: list[str] = []

    @property
    def is_equal(self) -> bool:
        """Tell whether both sides ended alike."""
        return self.possible and not self.differences


@contextlib.contextmanager
def undone(*, only_if: Sequence[str] = ("always",)) -> Iterator[None]:
    """Take back what the block does, unless `only_if` is empty at its end; commands in it believe that they commit."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own tests do
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(bool(only_if))
    if only_if:
        memory.forget_everything()


def run(task: Mapping[str, Any], world: Row, loaded: Loaded, now: datetime) -> Outcome:
    """Run one task. What Steward refuses the model must forbid too, and the other way round."""
    actions = task["evaluation_criteria"]["actions"] or []
    found = Outcome(str(task["id"]), actions=dict(Counter(one["name"] for one in actions)))
    mine = model.part_of(world, _users(world, actions, loaded))
    scene = Scene(make.agent_wang(), loaded, mine, now)
    with undone():
        after = _newest_job()
        before = compare.marks()
        changes = False
        for one in actions:
            name, arguments = one["name"], one["arguments"]
            forbidden, refusal = _both(scene, name, arguments, found)
            after = _settle(after)
            changes |= name in model.ACTIONS and not forbidden
            found.refused += forbidden and refusal
        if not changes and compare.marks() != before:
            found.differences.append("rows changed, though nothing should")
        found.differences += compare.differences(compare.theirs(mine), compare.ours(mine, loaded, now))
        _try_forbidden(scene, _touched(actions, mine), found)
    return found


def _both(scene: Scene, name: str, arguments: Mapping[str, Any], found: Outcome) -> tuple[bool, bool]:
    """Do an action on both sides; tell whether the model forbids it and whether Steward refuses it."""
    why = refusal = ""
    try:
        act(scene, name, arguments)
    except (Refusal, RefusedHere) as error:
        refusal = f"{type(error).__name__}: {error}"
    except Wrong as error:
        found.possible = False
        found.differences.append(f"{name}: {error}")
    try:
        model.apply(scene.world, name, arguments)
    except model.Forbidden as error:
        why = str(error)
    if bool(why) is not bool(refusal):
        found.possible = False
        found.differences.append(f"{name}: {why or 'allowed'} there, {refusal or 'done'} here")
    return bool(why), bool(refusal)


def _settle(after: int) -> int:
    """Let everything that follows follow, as a worker would, the money of gift cards too."""
    newest = make.settle(after=after)
    if work_batch():
        newest = make.settle(after=newest)
    return newest


def _newest_job() -> int:
    return ProcrastinateJob.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _users(world: Row, actions: Sequence[Mapping[str, Any]], loaded: Loaded) -> list[str]:
    """Name the users a task is about, by id, order, e-mail or name."""
    found: dict[str, None] = {}
    for one in actions:
        given = one["arguments"]
        if given.get("order_id") in world["orders"]:
            found[world["orders"][given["order_id"]]["user_id"]] = None
        for id_, user in world["users"].items():
            is_named = (user["name"]["first_name"], user["name"]["last_name"], user["address"]["zip"]) == (
                given.get("first_name"), given.get("last_name"), given.get("zip"),
            )  # fmt: skip
            if id_ == given.get("user_id") or is_named or user["email"] == given.get("email"):
                found[id_] = None
    return [id_ for id_ in found if id_ in loaded.users]


def _touched(actions: Sequence[Mapping[str, Any]], world: Row) -> list[str]:
    ids = dict.fromkeys(one["arguments"].get("order_id", "") for one in actions)
    return [id_ for id_ in ids if id_ in world["orders"]]


def _try_forbidden(scene: Scene, order_ids: Sequence[str], found: Outcome) -> None:
    """Ask for what the policy forbids now, order by order: each has to be refused by the rules, and change nothing."""
    before = compare.marks()
    for order_id in order_ids:
        for name, arguments in _wishes(scene.world, order_id):
            copy = model.part_of(scene.world, list(scene.world["users"]))
            try:
                model.apply(copy, name, arguments)
            except model.Forbidden:
                if _is_refused(scene, name, arguments):
                    found.refused += 1
                else:
                    found.let_through.append(f"{name} {order_id}")
    if compare.marks() != before:
        found.differences.append("something refused left rows behind")


def _is_refused(scene: Scene, name: str, arguments: Mapping[str, Any]) -> bool:
    let_through: list[str] = []
    with undone(only_if=let_through):
        try:
            act(scene, name, arguments)
            let_through.append(name)
        except (Refusal, RefusedHere):
            return True
    return False


def _wishes(world: Row, order_id: str) -> list[tuple[str, dict[str, Any]]]:
    """List what somebody might ask of an order: some of it the policy allows, most of it not."""
    order = world["orders"][order_id]
    line, means = order["items"][0], next(iter(model.net(order)), next(iter(_cards(world, order)), ""))
    siblings = world["products"][line["product_id"]]["variants"]
    other = next(id_ for id_, one in world["products"].items() if id_ != line["product_id"] and one["variants"])
    strange = next(iter(world["products"][other]["variants"]))
    gone = next((id_ for id_, one in siblings.items() if not one["available"] and id_ != line["item_id"]), strange)
    there = next((id_ for id_, one in siblings.items() if one["available"] and id_ != line["item_id"]), strange)
    swaps = [
        {"order_id": order_id, "item_ids": [line["item_id"]], "new_item_ids": [new], "payment_method_id": paying}
        for new in dict.fromkeys((strange, gone, there))
        for paying in dict.fromkeys((means, *_cards(world, order)))
        if paying
    ]
    returned = {"order_id": order_id, "item_ids": [line["item_id"]], "payment_method_id": means}
    return [
        ("cancel_pending_order", {"order_id": order_id, "reason": "found it cheaper"}),
        ("cancel_pending_order", {"order_id": order_id, "reason": "no longer needed"}),
        ("modify_pending_order_address", {"order_id": order_id, **order["address"]}),
        *([("return_delivered_order_items", returned)] if means else []),
        *(
            ("modify_pending_order_payment", {"order_id": order_id, "payment_method_id": card})
            for card in _cards(world, order)
        ),
        *(("modify_pending_order_items", swap) for swap in swaps),
        *(("exchange_delivered_order_items", swap) for swap in swaps),
    ]


def _cards(world: Row, order: Row) -> list[str]:
    methods = world["users"][order["user_id"]]["payment_methods"]
    return [id_ for id_, row in methods.items() if row["source"] == "gift_card"]

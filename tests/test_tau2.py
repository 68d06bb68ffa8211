"""A shop's after-sales policy as data: every right action can be done, and each leaves the state it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from bench import _tau2_load, _tau2_tasks, tau2
from steward.modules.orders.commands.change_policing import save_change_policy
from tests import make, tau2_shop


@pytest.mark.django_db
def test_every_task_of_a_small_shop_leaves_what_its_policy_says() -> None:
    world = tau2_shop.world()
    loaded = _tau2_load.load(world, make.NOW)

    found = {task["id"]: _tau2_tasks.run(task, world, loaded, make.NOW) for task in tau2_shop.tasks()}

    assert {id_: one.differences for id_, one in found.items() if not one.is_equal} == {}
    assert [one.let_through for one in found.values() if one.let_through] == []
    assert all(found[id_].refused for id_ in ("card_too_short", "not_there", "changed_once", "back_once", "on_its_way"))


@pytest.mark.django_db
def test_a_policy_that_is_not_in_force_is_not_kept() -> None:
    world = tau2_shop.world()
    loaded = _tau2_load.load(world, make.NOW)
    save_change_policy(make.administrator(), rules=[], note="none", expected_version=2)

    task = next(one for one in tau2_shop.tasks() if one["id"] == "changed_once")
    found = _tau2_tasks.run(task, world, loaded, make.NOW)

    assert not found.is_equal  # without the rows Steward changes and cancels what the policy forbids


@pytest.mark.slow
def test_every_task_of_tau2_is_possible_and_equal() -> None:
    try:
        data = tau2.folder()
    except SystemExit as missing:
        pytest.skip(str(missing))
    environment = os.environ | {"STEWARD_DATA": str(data.parent)}
    command = [sys.executable, "-m", "bench", "tau2", "--json"]
    done = subprocess.run(command, env=environment, cwd=settings.ROOT, stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])

    assert result["tasks"] == result["possible"] == result["equal"] > 0
    assert (result["differ"], result["let_through"]) == ({}, [])

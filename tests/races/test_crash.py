"""Web, worker or database are killed in the middle of a bulk import; sending it again completes it exactly once."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from typing import Any

import msgspec
import psutil
import psycopg
import pytest

from bench._load import http_post
from steward.kernel.database import bundled
from steward.modules.orders.rules.drafts import BuyerDraft
from tests import make
from tests.ops.conftest import home as home
from tests.ops.conftest import migrated as migrated
from tests.ops.test_run import ROOT, Running, wait_until
from tests.ops.test_run import running as running

pytestmark = [pytest.mark.crash, pytest.mark.slow]

LINES = 1_000
FIRST_PART = 600  # lines that are sent before the crash; several batches
PATIENCE_S = 240
KEY = "the-import-of-today"
# What each kind of order has become when nothing is left to do.
STATES = ("approved", "checked", "received")


def lines() -> list[bytes]:
    """Write the lines of the import: paid, unpaid and sold-out orders in turn, each of a buyer of its own."""
    return [msgspec.json.encode(draft(number)) + b"\n" for number in range(LINES)]


def draft(number: int) -> Any:
    """Return one order."""
    phone = f"1381234{number:04}"
    kind = number % 3
    return make.draft(
        f"BULK-{number}",
        sku="NONE" if kind == 2 else "PLENTY",
        buyer=BuyerDraft(external_id=f"buyer-{number}", phone=phone),
        recipient=make.recipient(phone=phone, street=f"文三路 {number} 号"),
        payments=[make.payment(transaction=f"T-{number}")] if kind == 0 else [],
    )


class Shop:
    """A program that sends orders to a running Steward."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
        self.environment |= {"STEWARD_HOME": str(running.home), "STEWARD_LOG_LEVEL": "WARNING"}
        self.token = self.stage("prepare")["token"]
        self.lines = lines()

    def call(self, *arguments: str) -> str:
        """Run a program in the home of the running Steward."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        return done.stdout

    def stage(self, what: str) -> Any:
        """Prepare the home or look at it."""
        return json.loads(self.call("tests.races.stage", what).splitlines()[-1])

    def send_part(self) -> socket.socket:
        """Send the request up to a part of its lines, and leave it there."""
        raw = self._request()
        line = socket.create_connection(("127.0.0.1", self.running.port), timeout=PATIENCE_S)
        line.sendall(raw[: len(raw) - len(b"".join(self.lines[FIRST_PART:]))])
        return line

    def send(self) -> list[dict[str, Any]]:
        """Send the whole import and return the answers; nothing where it was not answered."""
        try:
            with socket.create_connection(("127.0.0.1", self.running.port), timeout=PATIENCE_S) as line:
                line.sendall(self._request())
                answer = http.client.HTTPResponse(line)
                answer.begin()
                body = answer.read()
        except (OSError, http.client.HTTPException):
            return []
        return [json.loads(one) for one in body.splitlines()] if answer.status == 200 else []

    def send_until_answered(self) -> list[dict[str, Any]]:
        """Send the import until it is answered, as programs are told to when they get a 503."""
        answers: list[dict[str, Any]] = []

        def is_answered() -> bool:
            answers.extend(self.send())
            return bool(answers)

        wait_until(is_answered, PATIENCE_S)
        return answers

    def _request(self) -> bytes:
        body = b"".join(self.lines)
        return http_post("/api/v1/orders/bulk", self.token, body, key=KEY, content_type="application/x-ndjson")

    def count(self, query: str) -> int:
        """Count what is committed."""
        url = bundled.status(self.running.home).url
        assert url is not None
        with psycopg.connect(url) as database:
            [(found,)] = database.execute(query).fetchall()
        return int(found)

    def is_in_the_middle(self) -> bool:
        """Tell whether some orders are in and a worker is busy with them."""
        busy = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'events' AND status = 'doing'"
        return self.count("SELECT count(*) FROM orders_order") > 0 and self.count(busy) > 0

    def looked_at_when_idle(self) -> Any:
        """Look at the home once nothing is left to do; what a minute's tick gives to do meanwhile is done as well."""
        for _attempt in range(3):
            self.call("steward.interfaces.cli", "orders", "process", "--until-idle")
            found = self.stage("look")
            if not found["unfinished"]:
                break
        return found

    def victim(self, name: str) -> psutil.Process:
        """Find a process by its part."""
        if name != "database":
            return self.running.child(name)
        postmaster = bundled.status(self.running.home).pid
        assert postmaster is not None
        return psutil.Process(postmaster)

    def is_whole_again(self, victim: psutil.Process) -> bool:
        """Tell whether everything runs and answers, with another process in the victim's place."""
        parts = [process for process in psutil.Process(self.running.process.pid).children() if process != victim]
        names = {process.cmdline()[-1] for process in parts if process.status() != psutil.STATUS_ZOMBIE}
        return {"web", "worker"} <= names and self.running.is_ready()


@pytest.fixture
def shop(running: Running) -> Shop:
    """Open a shop once everything runs."""
    wait_until(running.is_ready, PATIENCE_S)
    return Shop(running)


def kill(process: psutil.Process) -> None:
    """Kill a process and all it has started, with no time to tidy up."""
    for one in [process, *process.children(recursive=True)]:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


@pytest.mark.parametrize("name", ["web", "worker", "database"])
def test_an_import_in_whose_middle_something_was_killed_is_completed_exactly_once_when_sent_again(
    shop: Shop, name: str
) -> None:
    victim = shop.victim(name)
    with shop.send_part():
        wait_until(shop.is_in_the_middle, PATIENCE_S)
        kill(victim)
    wait_until(lambda: shop.is_whole_again(victim), PATIENCE_S)
    assert 0 < shop.count("SELECT count(*) FROM orders_order") <= FIRST_PART

    answers = shop.send_until_answered()
    numbers = [f"BULK-{number}" for number in range(LINES)]
    assert len(answers) == LINES
    assert {answer["outcome"] for answer in answers} <= {"created", "duplicate"}
    found = shop.looked_at_when_idle()
    assert (found["unfinished"], found["parked"]) == ([], [])
    assert found["orders"] == dict.fromkeys(numbers, 1)
    assert found["states"] == {number: STATES[place % 3] for place, number in enumerate(numbers)}
    assert (found["customers"], found["clocked"]) == (LINES, LINES)
    assert (found["told_once"], found["clocks_once"]) == (True, True)
    assert (found["differences"], found["promises_fit"]) == ([], True)

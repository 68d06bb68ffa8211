"""A Steward of its own for the browser: generated data, `steward web` and `steward worker` on the test server."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook

from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.commands import set_substitutes
from steward.modules.desk.commands.standard_answers import MacroDraft, save_macro
from steward.modules.desk.commands.taking_in import Heard
from steward.modules.desk.queries.ticket import get_ticket
from steward.modules.desk.tests import reviewing
from steward.modules.desk.tests import words as desk
from steward.modules.logistics.tests import ship
from steward.modules.messaging.queries.links import portal_link
from steward.modules.messaging.rules.signed_links import PATH
from steward.modules.orders.commands.offers import PURPOSE, make_offer
from steward.settings import PASSWORD_HASHERS
from tests import make
from tests.words.test_pages import GIVEN

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 40
BROWSERS = {"Chrome", "Linux"}
PARKED = "UPDATE procrastinate_jobs SET status = 'failed', attempts = 9 WHERE id = %s"


@dataclass(frozen=True)
class House:
    """Where it answers, what its program signs in with, and what in it has no Chinese name."""

    address: str
    home: Path
    token: str
    provider_secret: str
    names: frozenset[str]
    mend: str
    masked: str
    offers: tuple[str, str]
    boots: int
    sent: str
    ticket: str

    @property
    def shots(self) -> Path:
        """Return the folder of the screenshots."""
        return self.home / "screenshots"

    def order(self, body: bytes) -> str:
        """Send an order as the shop's program does; return the number it got."""
        said = self._post("/api/v1/orders", body, {"authorization": f"Bearer {self.token}"})
        return str(said["number"])

    def pay(self, external_number: str, amount_minor: int) -> None:
        """Call back as the payment provider does."""
        at = datetime.now(UTC)
        facts = {"shop": "own", "external_number": external_number, "amount_minor": amount_minor, "currency": "CNY"}
        facts |= {"transaction": f"T-{external_number}", "paid_at": at.isoformat(), "method": "余额"}
        raw = json.dumps({"type": "payment.succeeded", "data": facts})
        signed = {
            "webhook-id": f"msg-{external_number}",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.provider_secret).sign(f"msg-{external_number}", at, raw),
        }
        self._post("/webhooks/payments/alipay", raw.encode(), signed)

    def customer_writes(self, text: str) -> None:
        """Let the customer of the ticket write again, in a thread of its own: Playwright holds the loop of this one."""
        with ThreadPoolExecutor(1) as own:
            own.submit(_write, text).result()

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        line = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=20)
        line.request("POST", path, body, headers | {"content-type": "application/json"})
        answer = line.getresponse()
        said: dict[str, Any] = json.loads(answer.read() or b"{}")
        line.close()
        assert answer.status in (200, 201, 204), said
        return said


@contextmanager
def opened(home: Path) -> Iterator[House]:
    """Fill the database, start web and worker, and end them afterwards. Django points to the database already."""
    (home / "screenshots").mkdir(parents=True)
    for key in Path(settings.HOME).glob("*.key"):
        shutil.copy(key, home)  # what is sealed here must open there
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        facts = _filled()
    connection.close()
    port = _free_port()
    with ExitStack() as stack:
        for command in (["web", "--workers", "1"], ["worker"]):
            stack.enter_context(_running(command, home, port))
        _wait_until(lambda: _is_ready(port))
        _wait_until(
            lambda: not ProcrastinateJob.objects.filter(status__in=["todo", "doing"], queue_name="events").exists()
        )
        connection.close()
        yield House(address=f"http://127.0.0.1:{port}", home=home, **facts)


def _filled() -> dict[str, Any]:
    """Let the cast in and orders with every kind of work come; return what the stories need to know."""
    for name in make.ROLES:
        make.staff(name)
    make.item(stock=500)
    make.item("LAMP-1", stock=500, price_minor=8_900)
    boots = make.item("BOOT-1", stock=20)
    now = moment.now()
    paid = [make.payment()]
    make.order("BR-PLAIN", payments=paid, now=now)
    _park()
    wrong_city = make.recipient(city="南京市", province="江苏省", district="上城区")
    mend = make.order("BR-TAKE", payments=[make.payment(transaction="T-2")], recipient=wrong_city, now=now)
    make.order("BR-MEND", payments=[make.payment(transaction="T-3")], recipient=make.recipient(phone="12"), now=now)
    masked = make.order("BR-MASK", now=now)
    make.order("BR-AUDIT", now=now, quantity=40, payments=[make.payment(796_000, "T-4")])
    reviewing.supervisor()
    reviewing.answered(make.staff("wang"), "帐篷漏水，等了三天没人管", at=now)
    names = {given for shop in catalog.shops() for given in (shop.name, shop.code)}
    return {
        "provider_secret": make.provider(),
        "token": make.token("orders.enter", "orders.view"),
        "names": frozenset(names | GIVEN | BROWSERS),
        "mend": mend.number,
        "masked": masked.number,
        "offers": (_offer("BR-SHORT"), _offer("BR-SHORT-2")),
        "boots": boots,
        "sent": ship.sent("BR-SENT", item_id=boots, sku="BOOT-1").number,
        "ticket": _ticket(),
    }


def _ticket() -> str:
    """Let a customer write an e-mail, and keep a standard answer for it; return the ticket's number."""
    draft = MacroDraft(
        code="late", titles={"zh-hans": "催件"}, bodies={"zh-hans": "您好，{{ticket_number}} 已催快递，今天答复您。"}
    )
    save_macro(make.manager_zhao(), draft=draft, now=moment.now())
    heard = _write("我的包裹到哪里了？")
    return get_ticket(heard.ticket_id or 0).number


def _write(text: str) -> Heard:
    try:
        first = desk.mail(text, customer_id=desk.customer("+8613911112222"), at=moment.now(), subject="包裹")
        return desk.said(first)[0]
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


def _offer(number: str) -> str:
    """Let a paid order be short of one of two pieces, and offer its buyer something; return where the link leads."""
    now = moment.now()
    if "TENT-0" not in catalog.item_ids_by_sku(["TENT-0"]):
        short = make.item("TENT-0", stock=1)
        set_substitutes(make.TESTER, item_id=short, skus=["TENT-2"])
    paid = [make.payment(39_800, f"T-{number}")]
    order = make.order(number, sku="TENT-0", quantity=2, payments=paid, now=now)
    offer_id = make_offer(make.TESTER, order_id=order.order_id, now=now)
    link = portal_link(PURPOSE, offer_id, expires_at=now + timedelta(days=2), now=now)
    return link[link.index(PATH) :]


def _park() -> None:
    """Leave the job of an event as one that failed too often; its cause has been mended since."""
    job = ProcrastinateJob.objects.filter(status="todo", queue_name="events").order_by("id").first()
    assert job is not None
    with connection.cursor() as cursor:
        cursor.execute(PARKED, [job.id])


@contextmanager
def _running(command: list[str], home: Path, port: int) -> Iterator[None]:
    """Run `steward …` as a process of its own, its output in a file."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("STEWARD_", "DJANGO_"))}
    environment |= {
        "STEWARD_HOME": str(home),
        "STEWARD_ADDRESS": f"127.0.0.1:{port}",
        "DATABASE_URL": _database_url(),
        "STEWARD_LOG_LEVEL": "WARNING",
    }
    with (home / f"{command[0]}.log").open("wb") as log:
        line = [sys.executable, "-m", "steward.interfaces.cli", *command]
        process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _database_url() -> str:
    """Write down where Django's connection leads to."""
    params = connection.get_connection_params()
    user, password = (urllib.parse.quote(str(params.get(key) or ""), safe="") for key in ("user", "password"))
    place = {key: params[key] for key in ("host", "port") if params.get(key)}
    return f"postgresql://{user}:{password}@/{params['dbname']}?{urllib.parse.urlencode(place)}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "Steward did not get ready in time"
        time.sleep(0.1)

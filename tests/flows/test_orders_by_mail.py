"""A watched mailbox takes orders in: tables in letters of who may send them become orders, each once."""

from __future__ import annotations

from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.messaging.commands import mailboxes
from steward.modules.messaging.events import MessageReceived
from steward.modules.messaging.models import Attachment
from steward.modules.messaging.queries.attachments import FileNotChecked
from steward.modules.messaging.rules.channels import Part, Sender
from steward.modules.messaging.rules.mailboxes import MailboxDraft, may_order
from steward.modules.messaging.tests import files
from steward.modules.messaging.tests.letters import letter, take
from steward.modules.orders import handlers
from steward.modules.orders.commands import imports
from steward.modules.orders.models import ImportRun, Order
from tests import make

pytestmark = pytest.mark.django_db
HEADER = (
    "order_number,placed_at,currency,sku,quantity,unit_price,"
    "recipient_name,recipient_phone,province,city,district,street"
)
ROW = "A-1,2026-03-01 10:00,CNY,TENT-2,1,199.00,梅子,13812345521,浙江省,杭州市,西湖区,文三路 1 号"


@pytest.fixture(autouse=True)
def _orders_box(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    draft = MailboxDraft(
        code="orders", address="orders@shop.example", host="127.0.0.1", login="a", password="b", shop_code="own",
        order_mapping="steward", order_senders="erp@partner.example @erp.example",
    )  # fmt: skip
    mailboxes.save_mailbox(make.administrator(), draft=draft)


def sent(
    external_id: str = "1", *, box: str = "orders", email: str = "robot@erp.example", automatic: str = "bulk",
    parts: tuple[Part, ...] = (Part("orders.csv", f"{HEADER}\n{ROW}\n".encode()),),
) -> MessageReceived:  # fmt: skip
    one = letter(external_id, box=box, sender=Sender(email=email), automatic=automatic, parts=parts)
    (taken,) = take(one)
    return MessageReceived(inbound_id=taken.id, channel="email", customer_id=None, box=box, automatic=automatic)


def test_a_table_of_who_may_send_it_becomes_orders_once() -> None:
    make.item(stock=5)
    event = sent()
    handlers.on_message_received_import_tables([event])
    handlers.on_message_received_import_tables([event])

    run = ImportRun.objects.get()
    assert (run.file_name, run.started_by) == ("orders.csv", handlers.SYSTEM.id)
    assert ProcrastinateJob.objects.filter(task_name=imports.TASK).count() == 1
    tally = imports.run_import(system("tests"), run_id=run.id, now=moment.now())
    assert (tally.created, tally.rejected) == (1, 0)
    assert Order.objects.get().external_number == "A-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "stranger@example.com"},
        {"email": "robot@erp.example.evil.example"},
        {"box": "service"},
        {"automatic": "auto_reply"},
        {"parts": (Part("a.pdf", files.PDF),)},
        {"parts": ()},
    ],
)
def test_nothing_else_becomes_an_order(changes: dict[str, object]) -> None:
    handlers.on_message_received_import_tables([sent(**changes)])  # type: ignore[arg-type]

    assert not ImportRun.objects.exists()


def test_a_table_nobody_looked_at_for_viruses_waits() -> None:
    event = sent()
    Attachment.objects.update(scan_state="unscanned")

    with pytest.raises(FileNotChecked):
        handlers.on_message_received_import_tables([event])
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("address", "may"),
    [("ERP@partner.example", True), ("x@erp.example", True), ("x@sub.erp.example", False), ("x@partner.example", False),
     ("", False), ("erp.example", False)],
)  # fmt: skip
def test_senders_are_named_by_address_or_by_domain(address: str, may: bool) -> None:
    assert may_order(address, "erp@partner.example @ERP.example") is may

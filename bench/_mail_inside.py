"""The part of the bench inside Django: letters into a folder, and out of it into the database. One line of JSON."""

import io
import json
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from random import Random

import django
from PIL import Image

django.setup()

from steward.connectors import imap_mail  # noqa: E402
from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.messaging.commands import mailboxes, polling  # noqa: E402
from steward.modules.messaging.models import Inbound, Mailbox  # noqa: E402
from steward.modules.messaging.queries.mailboxes import access  # noqa: E402
from steward.modules.messaging.rules.mailboxes import MailboxDraft  # noqa: E402
from tests import imap_peer  # noqa: E402

ACTOR = system("bench")
SPOKEN = "你好 帐篷 收到 少了 一根 杆子 请 补发 订单 退货 快递 地址 改 一下 谢谢 什么 时候 发货 颜色 不对"
WORDS = SPOKEN.split()
QUOTE = "\n\n在 2026年3月2日，小店 <service@shop.example> 写道：\n> 您好，请问有什么可以帮您？\n> 订单 SO-2026-000001"


def picture() -> bytes:
    """Draw a picture such as a telephone sends, made small."""
    written = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(written, "JPEG", quality=70)
    return written.getvalue()


def letter(number: int, chance: Random, photo: bytes) -> bytes:
    """Write a letter."""
    made = EmailMessage()
    sender = chance.randrange(number // 2 + 1)
    made["From"] = f"买家{sender} <buyer{sender}@example.com>"
    made["To"] = "service@shop.example"
    made["Subject"] = "订单 " + "".join(chance.choices(WORDS, k=4))
    made["Message-ID"] = f"<{number}@example.com>"
    made["Date"] = "Mon, 02 Mar 2026 10:00:00 +0800"
    text = "，".join("".join(chance.choices(WORDS, k=8)) for _ in range(12))
    made.set_content(text + QUOTE)
    if number % 4 == 0:
        made.add_alternative(f"<html><body><p>{text}</p><blockquote>{QUOTE}</blockquote></body></html>", subtype="html")
    if number % 10 == 0:
        made.add_attachment(photo, maintype="image", subtype="jpeg", filename="照片.jpg")
    return made.as_bytes()


def polled(mailbox_id: int) -> tuple[float, float]:
    """Take in what is new; return how long it took, and how long our processor worked. Units: seconds."""
    begun, worked = time.perf_counter(), time.process_time()
    found = polling.poll_mailbox(ACTOR, mailbox_id=mailbox_id)
    assert found is not None
    assert not found.why, found.why
    return time.perf_counter() - begun, time.process_time() - worked


def fetched(mailbox_id: int, count: int) -> float:
    """Fetch the letters alone; return how long it took. Units: seconds."""
    begun, last = time.perf_counter(), 0
    with imap_mail.reader().opened(access(mailbox_id)) as session:
        while uids := session.uids_after(last, limit=polling.BATCH):
            last = session.fetch(uids, largest_bytes=10**8, most_bytes=10**8).last_uid
    assert last >= count
    return time.perf_counter() - begun


def main() -> None:
    """Measure."""
    port, login, folder, count = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    chance, photo = Random(7), picture()
    letters = [letter(number, chance, photo) for number in range(count)]
    imap_peer.Mailbox(port, login, folder).deliver(*letters)
    draft = MailboxDraft(
        code="service", address="service@shop.example", host="127.0.0.1", port=port, security="none", login=login,
        password=imap_peer.PASSWORD, takes_old=True,
    )  # fmt: skip
    mailbox_id = mailboxes.save_mailbox(ACTOR, draft=draft)
    fetch_s = fetched(mailbox_id, count)
    begun = time.perf_counter()
    for one in letters[:500]:
        imap_mail.reader().read(one, arrived_at=now())
    read_s = (time.perf_counter() - begun) / min(count, 500)
    take_s, work_s = polled(mailbox_id)
    assert Inbound.objects.count() == count
    Mailbox.objects.update(last_uid=0)
    known_s, _work_s = polled(mailbox_id)
    print(
        json.dumps(
            {
                "taken_per_s": round(count / take_s, 1),
                "fetched_per_s": round(count / fetch_s, 1),
                "read_per_s": round(1 / read_s, 1),
                "work_ms": round(1_000 * work_s / count, 2),
                "known_per_s": round(count / known_s, 1),
            }
        )
    )


if __name__ == "__main__":
    main()

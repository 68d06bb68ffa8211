"""The contact form: taken once, mistakes named, robots thanked and forgotten, floods slowed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from steward.interfaces.portal import throttle
from steward.modules.messaging.models import Attachment, Inbound

pytestmark = pytest.mark.django_db
LETTER = {
    "name": "梅子",
    "contact": "13812345521",
    "order_number": "SO-2026-000001",
    "text": "杯子碎了",
    "consent": "1",
}


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def phone(locale: str = "zh-CN") -> Client:
    return Client(headers={"accept-language": locale})


def written(**changes: Any) -> Any:
    return phone().post("/p/contact", LETTER | changes)


def picture() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(content, "PNG")
    return SimpleUploadedFile("杯子.png", content.getvalue(), content_type="text/plain")


def test_a_letter_is_taken_with_its_picture() -> None:
    answer = written(pictures=[picture()])

    assert "pt-green" in answer.content.decode()
    (row,) = Inbound.objects.all()
    assert (row.channel, row.body, row.order_number, row.language) == (
        "web_form",
        "杯子碎了",
        "SO-2026-000001",
        "zh-hans",
    )
    assert Attachment.objects.get().media_type == "image/png"


def test_the_same_form_sent_twice_is_one_letter() -> None:
    client = phone()
    mark = re.search(r'name="form" value="([^"]+)"', client.get("/p/contact").content.decode())
    assert mark is not None

    for _ in range(2):
        client.post("/p/contact", LETTER | {"form": mark.group(1)})

    assert Inbound.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact": "somewhere"}, "contact"),
        ({"contact": "a@b"}, "contact"),
        ({"text": " "}, "text"),
        ({"consent": ""}, "consent"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_lost(changes: dict[str, str], field: str) -> None:
    answer = written(**changes)

    page = answer.content.decode()
    assert (answer.status_code, Inbound.objects.count()) == (422, 0)
    assert re.search(rf'id="{field}".*sw-field-error|name="{field}".*sw-field-error', page, re.S)
    assert "SO-2026-000001" in page


def test_who_fills_in_the_trap_is_thanked_and_forgotten() -> None:
    answer = written(home_page="https://spam.example")

    assert (answer.status_code, Inbound.objects.count()) == (200, 0)


def test_a_flood_is_slowed() -> None:
    codes = [written().status_code for _ in range(6)]

    assert codes == [200] * 5 + [429]


def test_the_form_is_kept_from_strangers_pages() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    assert client.post("/p/contact", LETTER).status_code == 403
    assert "Write to us" in client.get("/p/contact").content.decode()


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "en"])
def test_the_form_speaks_the_readers_language(locale: str) -> None:
    assert phone(locale).get("/p/contact").status_code == 200

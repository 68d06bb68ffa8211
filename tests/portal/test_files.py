"""Links to files: they open what they were made for, as something no browser runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from steward.interfaces.files.views import asked_part
from steward.kernel import moment
from steward.modules.messaging.commands import storing
from steward.modules.messaging.queries import attachments
from steward.modules.messaging.rules.channels import Part
from steward.modules.messaging.tests import files
from tests import make

pytestmark = pytest.mark.django_db
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.PUBLIC_URL = ""


def stored(name: str, content: bytes) -> int:
    return storing.store_parts(make.TESTER, parts=[Part(name, content)], now=moment.now())[0]


def opened(id_: int, *, small: bool = False, **headers: str) -> HttpResponseBase:
    return Client().get(attachments.file_link(id_, now=moment.now(), small=small), headers=headers)


def body(response: HttpResponseBase) -> bytes:
    return response.getvalue() if response.streaming else response.content  # type: ignore[attr-defined]


def test_a_picture_is_shown_in_place_and_runs_nothing() -> None:
    answer = opened(id_ := stored("孔 1.jpg", files.picture()))

    assert body(answer) == files.picture()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == "inline; filename=\"_ 1.jpg\"; filename*=UTF-8''%E5%AD%94%201.jpg"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert body(opened(id_, small=True)) != files.picture()


@pytest.mark.parametrize(("name", "content"), [("a.pdf", files.PDF), ("a.html", b"plain words")])
def test_anything_else_is_downloaded(name: str, content: bytes) -> None:
    answer = opened(stored(name, content))

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")


def test_a_player_gets_the_part_it_asks_for() -> None:
    content = files.MP4 + b"x" * 600_000
    id_ = stored("a.mp4", content)

    part, rest, none = (opened(id_, range=asked) for asked in ("bytes=4-11", "bytes=12-", "bytes=900000-"))
    assert (part.status_code, body(part), part["Content-Range"]) == (206, b"ftypisom", f"bytes 4-11/{len(content)}")
    assert (rest.status_code, body(rest)) == (206, content[12:])
    assert none.status_code == 416


@pytest.mark.parametrize(
    ("header", "part"),
    [("", (0, 9)), ("bytes=0-3", (0, 4)), ("bytes=-3", (6, 9)), ("bytes=7-99", (7, 9)), ("bytes=9-", None),
     ("bytes=-", (0, 9)), ("bytes=0-1,3-4", (0, 9)), ("bytes=5-2", None)],
)  # fmt: skip
def test_parts_are_read_as_they_are_asked_for(header: str, part: tuple[int, int] | None) -> None:
    assert asked_part(header, 9) == part


def test_links_that_are_broken_old_or_lead_to_what_was_refused_say_what_to_do() -> None:
    id_, refused = stored("a.pdf", files.PDF), stored("a.svg", SVG)
    link = attachments.file_link(id_, now=moment.now())
    old = attachments.file_link(id_, now=moment.now() - timedelta(days=9))

    answers = [
        Client().get(address) for address in (link[:-3] + "xxx", old, attachments.file_link(refused, now=moment.now()))
    ]
    assert [answer.status_code for answer in answers] == [404, 410, 410]
    assert b"alert(1)" not in answers[2].content
    assert Client().post(link).status_code == 405

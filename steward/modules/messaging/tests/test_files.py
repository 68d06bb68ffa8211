"""Files of messages: kept or refused with the reason, looked at for viruses, forgotten when nobody claims them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string
from pytest_django import Settings

from steward.kernel import ports
from steward.modules.customers.commands import rights
from steward.modules.customers.events import CustomerErased
from steward.modules.messaging import handlers
from steward.modules.messaging.commands import storing
from steward.modules.messaging.models import Attachment
from steward.modules.messaging.ports import Verdict
from steward.modules.messaging.queries import attachments
from steward.modules.messaging.rules.channels import Part
from steward.modules.messaging.tests import files
from steward.modules.messaging.tests.letters import letter, take, view
from steward.modules.messaging.tests.making import TESTER
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class Away:
    """A scanner that nobody can ask."""

    name = "away"

    def scan(self, content: bytes) -> Verdict:
        return Verdict("unscanned", "no answer")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    page = import_string("steward.subscriptions.CONNECTORS")
    monkeypatch.setitem(page, "messaging.scanner", f"{__name__}.Away")
    ports.bound.cache_clear()


def store(*parts: Part) -> list[attachments.AttachmentView]:
    return attachments.attachments(storing.store_parts(TESTER, parts=parts, now=make.NOW))


def test_a_picture_is_kept_with_a_small_one_of_it() -> None:
    (kept,) = store(Part("孔.jpg", files.picture(), "cid-1"))

    assert (kept.media_type, kept.width, kept.height, kept.content_id) == ("image/jpeg", 800, 600, "cid-1")
    assert kept.can_be_opened
    with attachments.open_file(kept.id).file as whole, attachments.open_file(kept.id, small=True).file as small:
        assert whole.read() == files.picture()
        assert len(small.read()) < kept.size_bytes


def test_what_is_not_kept_says_why_and_leaves_no_file(tmp_path: Path) -> None:
    found = store(
        Part("holiday.jpg", b"MZ\x90 a program"),
        Part("a.txt", b"hello " + files.EICAR),
        Part("b.png", files.picture("PNG")[:60]),
        Part("c.html", b"<html><script>1</script>"),
    )

    assert [one.refusal for one in found] == ["program", "infected", "broken", "active"]
    assert all(str(one.why) for one in found)
    assert not list(tmp_path.rglob("*"))
    with pytest.raises(attachments.FileNotKept):
        attachments.open_file(found[1].id)


def test_files_come_with_their_message_and_are_kept_once() -> None:
    first = take(letter(parts=(Part("a.pdf", files.PDF), Part("b.mp4", files.MP4))), letter("2"))
    take(letter(parts=(Part("a.pdf", files.PDF),)))

    found = attachments.of_messages([one.id for one in first])
    assert [one.media_type for one in found[first[0].id]] == ["application/pdf", "video/mp4"]
    assert found[first[1].id] == []
    assert view(first[0]).attachment_ids == [one.id for one in found[first[0].id]]
    assert Attachment.objects.count() == 2


def test_a_file_nobody_looked_at_is_not_opened_until_somebody_did(away: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept, bad) = store(Part("a.pdf", files.PDF), Part("b.txt", b"hello " + files.EICAR))
    with pytest.raises(attachments.FileNotChecked):
        attachments.open_file(kept.id)
    assert storing.scan_left(TESTER, now=make.NOW) == 0

    monkeypatch.undo()
    ports.bound.cache_clear()
    assert storing.scan_left(TESTER, now=make.NOW) == 2
    attachments.open_file(kept.id).file.close()
    with pytest.raises(attachments.FileNotKept):
        attachments.open_file(bad.id)


def test_what_nothing_claims_is_forgotten_and_what_is_claimed_stays(tmp_path: Path) -> None:
    (loose,) = store(Part("a.jpg", files.picture()))
    (taken,) = take(letter(parts=(Part("b.pdf", files.PDF),)))

    assert storing.forget_loose(TESTER, now=make.NOW + timedelta(hours=23)) == 0
    assert storing.forget_loose(TESTER, now=make.NOW + timedelta(hours=25)) == 1
    assert list(Attachment.objects.values_list("id", flat=True)) == view(taken).attachment_ids
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert loose.id not in view(taken).attachment_ids


def test_erasing_a_person_deletes_their_files(tmp_path: Path) -> None:
    (taken,) = take(letter(parts=(Part("my face.jpg", files.picture()),)))
    customer_id = view(taken).customer_id or 0
    rights.erase_customer(TESTER, customer_id=customer_id, reason="asked", now=make.NOW)
    handlers.on_customer_erased_redact_messages([CustomerErased(customer_id=customer_id, reason="asked")])

    (gone,) = attachments.of_messages([taken.id])[taken.id]
    assert (gone.refusal, gone.filename) == ("erased", "")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert default_storage.exists("attachments")

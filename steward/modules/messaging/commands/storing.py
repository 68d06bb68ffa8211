"""Keep files: what they are is told by their content, viruses are looked for, small pictures made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.models import Attachment
from steward.modules.messaging.ports import Scanner, Verdict
from steward.modules.messaging.rules import media, pictures
from steward.modules.messaging.rules.channels import Part

RECEIVE = "messaging.receive"
BATCH = 200
LARGEST_MB = parameters.define(
    "messaging.attachment_largest_mb", 25, unit="MB", label=_("Largest file kept of a message"), minimum=1, maximum=200
)
MOST = parameters.define(
    "messaging.attachments_most", 20, unit="", label=_("Files kept of one message"), minimum=1, maximum=200
)
MOST_PIXELS = parameters.define(
    "messaging.attachment_megapixels", 80, unit="Mpx", label=_("Largest picture that is opened"), minimum=1, maximum=500
)
LOOSE_H = parameters.define(
    "messaging.attachment_loose_h",
    24,
    unit="h",
    label=_("Hours a file is kept that was uploaded and never sent"),
    minimum=1,
    maximum=720,
)


class Looked(Struct, frozen=True):
    """A file after it was looked at, with the row to be and what is to be written."""

    row: Attachment
    content: bytes
    thumbnail: bytes


def limits() -> media.Limits:
    """Return how much is taken, as it is set now."""
    return media.Limits(
        file_bytes=parameters.value(LARGEST_MB) * 1_000_000,
        files=parameters.value(MOST),
        pixels=parameters.value(MOST_PIXELS) * 1_000_000,
    )


def store_parts(actor: Actor, *, parts: Sequence[Part], now: datetime) -> list[int]:
    """Keep the files of one message; return their ids in the order given. Called outside any transaction.

    What is refused for its type, size, place or a virus has an id too, and says why instead of having content. A file
    that nothing claims is forgotten after some hours.
    """
    return store_many(actor, messages=[parts], now=now)[0]


def store_many(actor: Actor, *, messages: Sequence[Sequence[Part]], now: datetime) -> list[list[int]]:
    """Keep the files of many messages, as store_parts does; one transaction for all."""
    allowed = limits()
    scanner: Scanner = ports.bound("messaging.scanner")()
    looked = [
        [_looked(actor, part, place, allowed, scanner, now) for place, part in enumerate(parts)] for parts in messages
    ]
    every = [one for parts in looked for one in parts]
    if not every:
        return [[] for _parts in messages]
    register_attachments(actor, looked=every)
    for one in every:
        _write(one.row.storage_name, one.content)
        _write(one.row.thumbnail, one.thumbnail)
    return [[one.row.id for one in parts] for parts in looked]


def _looked(actor: Actor, part: Part, place: int, allowed: media.Limits, scanner: Scanner, now: datetime) -> Looked:
    content = part.content
    found = media.media_type(content)
    refusal = media.refusal(content, found, limits=allowed, place=place)
    seen: pictures.Picture | None = None
    if not refusal and found in media.PICTURES:
        try:
            seen = pictures.picture(content, most_pixels=allowed.pixels)
        except pictures.Unseen as unseen:
            refusal = str(unseen)
    verdict = Verdict("unscanned") if refusal else scanner.scan(content)
    if verdict.state == "infected":
        refusal, seen = "infected", None
    folder = f"attachments/{now:%Y/%m/%d}"
    row = Attachment(
        storage_name="" if refusal else f"{folder}/{uuid4().hex}",
        thumbnail=f"{folder}/{uuid4().hex}.small" if seen else "",
        filename=media.safe_name(part.filename),
        content_id=part.content_id[:200],
        media_type="application/octet-stream" if found in media.REFUSALS else found,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=seen.width if seen else None,
        height=seen.height if seen else None,
        refusal=refusal,
        scan_state=verdict.state,
        scan_detail=verdict.detail[:200],
        scanned_at=None if verdict.state == "unscanned" else now,
        created_by=actor.id,
        created_at=now,
    )
    return Looked(row, b"" if refusal else content, seen.thumbnail if seen else b"")


def _write(name: str, content: bytes) -> None:
    """Write a file under the name its row has; names are drawn by chance, so none is there already."""
    if name and default_storage.save(name, ContentFile(content)) != name:
        raise RuntimeError(f"the storage gave another name than {name}")


@command(needs=RECEIVE)
def register_attachments(actor: Actor, *, looked: Sequence[Looked]) -> None:
    """Write the rows of files before the files, so that none is ever without a row; they get their ids."""
    Attachment.objects.bulk_create([one.row for one in looked])


def scan_left(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Look for viruses in files whose scanner could not be asked when they came. Returns how many were looked at."""
    scanner: Scanner = ports.bound("messaging.scanner")()
    rows = Attachment.objects.filter(scan_state="unscanned").exclude(storage_name="").order_by("id")[:limit]
    count = 0
    for row in rows:
        if not default_storage.exists(row.storage_name):
            continue
        with default_storage.open(row.storage_name) as file:
            verdict = scanner.scan(file.read())
        if verdict.state == "unscanned":
            return count
        for name in settle_scan(actor, attachment_id=row.id, verdict=verdict, now=now):
            default_storage.delete(name)
        count += 1
    return count


@command(needs=RECEIVE)
def settle_scan(actor: Actor, *, attachment_id: int, verdict: Verdict, now: datetime) -> list[str]:
    """Record what a scanner said of a file; return the names of files to be deleted after the commit.

    Locks: the file's row.
    """
    row = Attachment.objects.select_for_update().filter(id=attachment_id, scan_state="unscanned").first()
    if row is None:
        return []
    gone = [name for name in (row.storage_name, row.thumbnail) if name] if verdict.state == "infected" else []
    row.scan_state, row.scan_detail, row.scanned_at = verdict.state, verdict.detail[:200], now
    if verdict.state == "infected":
        row.refusal, row.storage_name, row.thumbnail = "infected", "", ""
    row.save(update_fields=["scan_state", "scan_detail", "scanned_at", "refusal", "storage_name", "thumbnail"])
    return gone


def forget_loose(actor: Actor, *, now: datetime, limit: int = BATCH) -> int:
    """Forget files that nothing claimed, rows first and then what is written. Returns how many."""
    names, count = delete_loose(actor, before=now - timedelta(hours=parameters.value(LOOSE_H)), limit=limit)
    for name in names:
        default_storage.delete(name)
    return count


@command(needs=RECEIVE)
def delete_loose(actor: Actor, *, before: datetime, limit: int) -> tuple[list[str], int]:
    """Delete the rows of files that nothing claimed; return the names of what is written, and how many rows.

    Locks: the rows it deletes, skipping those somebody claims.
    """
    loose = Attachment.objects.select_for_update(skip_locked=True).filter(is_kept=False, created_at__lt=before)
    rows = list(loose.order_by("created_at")[:limit])
    Attachment.objects.filter(id__in=[row.id for row in rows]).delete()
    return [name for row in rows for name in (row.storage_name, row.thumbnail) if name], len(rows)

"""Read files that came in or are to go out, and make the links that open them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.modules.messaging.models import Attachment
from steward.modules.messaging.queries import links
from steward.modules.messaging.rules import media

PATH = "/files/"
FILE, THUMBNAIL = "file", "file_small"
LINK_H = parameters.define(
    "messaging.file_link_h", 12, unit="h", label=_("Hours a link to a file stays open"), minimum=1, maximum=720
)
WHY: Mapping[str, object] = {
    media.PROGRAM: _("Programs are not kept."),
    media.ACTIVE: _("Web pages and drawings that can run programs are not kept."),
    media.ARCHIVE: _("Archives are not kept: nobody can see what is inside."),
    media.MACRO: _("Documents with macros are not kept."),
    media.UNKNOWN: _("Nobody can tell what this file is, so it is not kept."),
    "empty": _("The file is empty."),
    "too_large": _("The file is too large to be kept."),
    "too_many": _("There were too many files with this message."),
    "too_many_pixels": _("The picture is too large to be opened."),
    "broken": _("The picture is broken."),
    "infected": _("The file carries a virus and was deleted."),
    "erased": _("The file was deleted with the person's data."),
}


class FileNotKept(errors.Refusal):
    """Refuse to open a file that was not kept."""

    code = "file_not_kept"
    status = 410
    message = _("This file cannot be opened. %(why)s")


class FileNotChecked(errors.Refusal):
    """Refuse to open a file nobody has looked for viruses in yet."""

    code = "file_not_checked"
    status = 409
    message = _("This file is still being checked for viruses. Try again in a minute.")


class AttachmentView(Struct, frozen=True, kw_only=True):
    """One file. `refusal` says why there is no content; `why` says it in words. Units: pixels, bytes."""

    id: int
    inbound_id: int | None
    filename: str
    content_id: str
    media_type: str
    size_bytes: int
    width: int | None
    height: int | None
    has_thumbnail: bool
    refusal: str
    scan_state: str
    created_at: datetime

    @property
    def why(self) -> object:
        """Say why there is no content."""
        return WHY.get(self.refusal, "")

    @property
    def can_be_opened(self) -> bool:
        """Tell whether there is content and it was found clean."""
        return not self.refusal and self.scan_state == "clean"


class OpenFile(Struct, frozen=True):
    """A file to be read, and as what it is shown. The reader closes it."""

    file: File[bytes]
    filename: str
    media_type: str
    size_bytes: int

    @property
    def is_inline(self) -> bool:
        """Tell whether a page may show it in place."""
        return self.media_type in media.INLINE


def attachments(ids: Collection[int]) -> list[AttachmentView]:
    """Read some files, in the order of their ids."""
    return [_view(row) for row in Attachment.objects.filter(id__in=ids).order_by("id")]


def usable_files(ids: Collection[int], *, uploader: str) -> dict[int, int | None]:
    """Tell which files somebody may use: those they uploaded (None), and those buyers sent (whose)."""
    rows = Attachment.objects.filter(id__in=ids).filter(
        Q(inbound=None, created_by=uploader) | Q(inbound__customer_id__isnull=False)
    )
    return dict(rows.values_list("id", "inbound__customer_id"))


def of_messages(inbound_ids: Collection[int]) -> dict[int, list[AttachmentView]]:
    """Read the files of some messages; one query for all."""
    found: dict[int, list[AttachmentView]] = {id_: [] for id_ in inbound_ids}
    for row in Attachment.objects.filter(inbound__in=list(found)).order_by("id"):
        found[row.inbound_id or 0].append(_view(row))
    return found


class TableFile(Struct, frozen=True):
    """A table that came with a message, and the name it is stored under."""

    attachment_id: int
    inbound_id: int
    filename: str
    storage_name: str


def table_files(inbound_ids: Collection[int]) -> list[TableFile]:
    """List the workbooks and text tables that came with some messages, in the order of their ids.

    Raises: FileNotChecked while one of them was not looked at for viruses.
    """
    rows = Attachment.objects.filter(inbound__in=inbound_ids, media_type__in=media.TABLES, refusal="").order_by("id")
    if any(row.scan_state != "clean" for row in rows):
        raise FileNotChecked
    return [TableFile(row.id, row.inbound_id or 0, row.filename, row.storage_name) for row in rows]


def file_link(attachment_id: int, *, now: datetime, small: bool = False) -> str:
    """Make the address that opens a file for some hours to who holds it; `small` opens its small picture."""
    end = now + timedelta(hours=parameters.value(LINK_H))
    return links.portal_link(THUMBNAIL if small else FILE, attachment_id, expires_at=end, now=now, path=PATH)


def open_link(token: str, *, now: datetime) -> OpenFile:
    """Open what a link to a file leads to.

    Raises: LinkBroken, LinkExpired, LinkWithdrawn; NotFound, FileNotKept, FileNotChecked.
    """
    link = links.read_link(token, now=now, purposes=(FILE, THUMBNAIL))
    return open_file(link.subject_id, small=link.purpose == THUMBNAIL)


def open_file(attachment_id: int, *, small: bool = False) -> OpenFile:
    """Open a file, or its small picture. Raises: NotFound, FileNotKept, FileNotChecked."""
    row = Attachment.objects.filter(id=attachment_id).first()
    if row is None or (small and not row.refusal and not row.thumbnail):
        raise errors.NotFound(key=attachment_id)
    if row.refusal:
        raise FileNotKept(why=WHY[row.refusal])
    if row.scan_state != "clean":
        raise FileNotChecked
    name = row.thumbnail if small else row.storage_name
    if not default_storage.exists(name):
        raise errors.NotFound(key=attachment_id)
    file = default_storage.open(name)
    return OpenFile(file, row.filename, "image/jpeg" if small else row.media_type, file.size)


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        inbound_id=row.inbound_id,
        filename=row.filename,
        content_id=row.content_id,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
        has_thumbnail=bool(row.thumbnail),
        refusal=row.refusal,
        scan_state=row.scan_state,
        created_at=row.created_at,
    )

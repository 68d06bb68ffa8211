"""Carriers' price sheets: kept while somebody looks at them, and put in force as they are, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.carriers import cover_as_stated
from steward.modules.logistics.commands.tariffs import finding, save_tariff
from steward.modules.logistics.queries.tariff_import import Preview, preview

FOLDER = "logistics/sheets"
LARGEST_BYTES = 16 * 1024 * 1024
KEPT = timedelta(days=7)


class TooBigSheet(errors.Refusal):
    """Refuse a file no price sheet needs."""

    code = "too_big_sheet"
    status = 422
    message = _("The file is bigger than 16 MB.")


class Imported(Struct, frozen=True, kw_only=True):
    """The version a sheet became, its lanes, and what is to be looked at in it."""

    version: int
    lanes: int
    warnings: list[dict[str, str]]


@command(needs="logistics.carriers")
def import_tariff(
    actor: Actor,
    *,
    service: str,
    records: Sequence[tuple[int, Mapping[str, str]]],
    mapping: Mapping[str, Any],
    valid_from: date,
    valid_until: date | None = None,
    surcharges: str = "",
    note: str = "",
) -> Imported:
    """Put the rows of a sheet, read through a mapping, in force as a new version of a service's tariff.

    Where any row is wrong nothing is written, and every finding is named with its row.
    Raises: NotFound, UnfitMapping, BadInput with every finding, VersionsOverlap. Emits: TariffSet, CarrierChanged.
    """
    found = preview(records, mapping=mapping, surcharges=surcharges, note=note.strip()[:200])
    if found.errors:
        raise errors.BadInput([finding(one) for one in found.errors])
    version = put_in_force(actor, service=service, found=found, valid_from=valid_from, valid_until=valid_until)
    warnings = [finding(one) for one in found.faults if one.severity != "error"]
    return Imported(version=version, lanes=len(found.draft.lanes), warnings=warnings)


@command(needs="logistics.carriers")
def put_in_force(
    actor: Actor, *, service: str, found: Preview, valid_from: date, valid_until: date | None = None
) -> int:
    """Put what was read from a sheet in force: a new version of the tariff, and the days it states.

    These are the service's by the carrier's own word from now on: coverage has no first day. Returns the version.
    Raises: NotFound, BadInput with every finding, VersionsOverlap. Emits: TariffSet, CarrierChanged.
    Locks: the service.
    """
    version = save_tariff(actor, service=service, draft=found.draft, valid_from=valid_from, valid_until=valid_until)
    cover_as_stated(actor, service=service, stated=found.leads)
    return version


def keep_sheet(actor: Actor, *, name: str, content: bytes) -> str:
    """Keep a sheet somebody looks at through a mapping. Returns the name it is kept under.

    Raises: NotPermitted, TooBigSheet.
    """
    actor.require("logistics.carriers")
    if len(content) > LARGEST_BYTES:
        raise TooBigSheet
    return default_storage.save(f"{FOLDER}/{PurePosixPath(name).name[-60:] or 'sheet'}", ContentFile(content))


@contextmanager
def kept_sheet(stored: str) -> Iterator[Path]:
    """Lend a kept sheet as a file on this machine's disk. Raises: NotFound."""
    if not stored.startswith(f"{FOLDER}/") or not default_storage.exists(stored):
        raise errors.NotFound(key=stored)
    with TemporaryDirectory(prefix="steward-sheet-") as folder:
        path = Path(folder) / PurePosixPath(stored).name
        with default_storage.open(stored) as source, path.open("wb") as target:
            copyfileobj(source, target)
        yield path


def forget_sheets(now: datetime) -> int:
    """Take away sheets nobody has looked at for a week. Returns how many. A second run finds none."""
    if not default_storage.exists(FOLDER):
        return 0
    old = [
        path
        for name in default_storage.listdir(FOLDER)[1]
        if default_storage.get_modified_time(path := f"{FOLDER}/{name}") < now - KEPT
    ]
    for path in old:
        default_storage.delete(path)
    return len(old)

"""Where imported files lie: given by path, or kept in the storage that all machines share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from steward.kernel import ports
from steward.kernel.actor import Actor
from steward.kernel.errors import NotFound
from steward.modules.orders.ports import Hints, RejectsSink, RowSource
from steward.modules.orders.rules.mapping_shape import MappingRules

UPLOADS, REJECTS = "imports", "rejects"


def keep_upload(actor: Actor, *, name: str, content: File[bytes]) -> str:
    """Keep an uploaded file until it is imported. Returns the name it is kept under.

    Raises: NotPermitted.
    """
    actor.require("orders.import")
    return default_storage.save(f"{UPLOADS}/{Path(name).name}", content)


@contextmanager
def local_copy(stored: str) -> Iterator[Path]:
    """Lend the file as one on this machine's disk.

    Raises: NotFound.
    """
    if Path(stored).is_absolute():
        if not Path(stored).is_file():
            raise NotFound(key=stored)
        yield Path(stored)
        return
    if not default_storage.exists(stored):
        raise NotFound(key=stored)
    with tempfile.TemporaryDirectory(prefix="steward-import-") as folder:
        path = Path(folder) / Path(stored).name
        with default_storage.open(stored) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield path


def opened(path: Path, rules: MappingRules) -> RowSource:
    """Open a file through the connector that serves `orders.row_source`. Raises: UnreadableFile."""
    source: RowSource = ports.bound("orders.row_source")(path, Hints(rules.encoding, rules.delimiter, rules.sheet))
    return source


class Rejects:
    """The rows that come back: a file that exists only once something was rejected."""

    def __init__(self, source: RowSource, folder: Path) -> None:
        self._source = source
        self._path = folder / "rejects.csv"
        self._sink: RejectsSink | None = None

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Add one row with its reason."""
        if self._sink is None:
            self._sink = ports.bound("orders.rejects")(self._path, self._source.header, self._source.delimiter)
        self._sink.write(cells, reason)

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._sink is not None:
            self._sink.close()

    def keep(self, name: str, now: datetime) -> str:
        """Finish the file and keep it where all machines find it. Returns its name there, "" when there is none."""
        self.close()
        if self._sink is None:
            return ""
        stem = name.removesuffix(".gz").rpartition(".")[0] or name
        with self._path.open("rb") as content:
            return default_storage.save(f"{REJECTS}/{stem}-{now:%Y%m%d-%H%M%S}.csv", File(content))


def path_of(stored: str) -> str | None:
    """Return where a kept file lies on this machine; its name where the storage is elsewhere; None for none."""
    if not stored:
        return None
    try:
        return default_storage.path(stored)
    except NotImplementedError:
        return stored

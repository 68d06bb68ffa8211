"""The watched folder: files dropped into SHOP/MAPPING/ are taken, and put away with their result.

A file is taken by renaming it into SHOP/MAPPING/taken/, which only one worker can do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import structlog

from steward.kernel import actor as actors
from steward.kernel import errors
from steward.modules.orders.commands.imports import start_import
from steward.modules.orders.models import ImportRun

TAKEN, DONE, FAILED = "taken", "done", "failed"
SETTLED_S = 20  # a file that nobody has written to for this long is complete
LOST_S = 300
SYSTEM = actors.system("watched-folder")
log = structlog.get_logger(__name__)


def take_files(root: Path, *, now: datetime) -> list[int]:
    """Take every complete file of the folder and queue its import. Returns the runs' ids.

    A file whose shop or mapping does not exist goes to failed/ with the reason. One that a dead worker had taken but
    not queued is taken up again.
    """
    runs = []
    for path in _complete(root, now):
        taken = _claimed(path, now)
        if taken is not None:
            runs += _queue(taken, path.name)
    for path in _lost(root, now):
        runs += _queue(path, path.name.partition("-")[2])
    return runs


def put_away(run_id: int) -> None:
    """Move the file of a finished run to done/ or failed/, with its result beside it; run again, it does nothing."""
    run = ImportRun.objects.filter(id=run_id).first()
    if run is None or not Path(run.stored_file).exists():
        return
    result = {
        "run": run.id,
        "state": run.state,
        "received": run.received,
        "created": run.created,
        "duplicate": run.duplicate,
        "conflict": run.conflict,
        "rejected": run.rejected,
        "rejects_file": run.rejects_file or None,
        "error": run.error,
    }
    _move(Path(run.stored_file), DONE if run.state == "done" else FAILED, result)


def _complete(root: Path, now: datetime) -> Iterator[Path]:
    """Yield the files that nobody is writing any more; names that begin with a point are left alone."""
    for path in sorted(root.glob("*/*/*")):
        try:
            settled = path.is_file() and now.timestamp() - path.stat().st_mtime >= SETTLED_S
        except FileNotFoundError:
            continue  # another worker took it in this moment
        if settled and not path.name.startswith("."):
            yield path


def _lost(root: Path, now: datetime) -> Iterator[Path]:
    """Yield taken files that no run knows of."""
    for path in sorted(root.glob(f"*/*/{TAKEN}/*")):
        stamp = path.name.partition("-")[0]
        old = stamp.isdigit() and now.timestamp() - int(stamp) >= LOST_S
        if old and not ImportRun.objects.filter(stored_file=str(path)).exists():
            yield path


def _claimed(path: Path, now: datetime) -> Path | None:
    """Rename the file into taken/; None when another worker was faster."""
    target = path.parent / TAKEN / f"{int(now.timestamp())}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    try:
        return path.rename(target).resolve()
    except FileNotFoundError:
        return None


def _queue(taken: Path, name: str) -> list[int]:
    """Queue the import of a taken file, or put it away with the reason why not."""
    mapping, shop = taken.parent.parent, taken.parent.parent.parent
    try:
        return [
            start_import(
                SYSTEM,
                shop_code=shop.name,
                mapping_code=mapping.name,
                file_name=name,
                stored_file=str(taken),
                from_folder=True,
            )
        ]
    except errors.Refusal as refusal:
        log.warning("watched_file_refused", code=refusal.code)
        _move(taken, FAILED, {"state": "failed", "error": str(refusal), "code": refusal.code})
        return []


def _move(taken: Path, where: str, result: dict[str, object]) -> None:
    target = taken.parent.parent / where / taken.name
    target.parent.mkdir(exist_ok=True)
    note = target.with_name(f"{target.name}.json")
    note.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    taken.rename(target)

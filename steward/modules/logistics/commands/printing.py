"""Print labels, slips and manifests: asked for on a page, made by a worker, downloaded when done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from steward.kernel import errors, events, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import LabelsPrinted
from steward.modules.logistics.models import Parcel, PrintRun, Shipment
from steward.modules.logistics.ports import Printer
from steward.modules.logistics.queries import sheets

TASK = "logistics.run_print"
PORT = "logistics.printer"
MOST = 2_000
AT_ONCE = 50
KEPT = timedelta(days=2)
Progress = Callable[[int], None]


class NothingToPrint(errors.Refusal):
    """Refuse to print nothing, or more than a printer takes at once."""

    code = "nothing_to_print"
    status = 422
    message = _("Choose between 1 and %(most)s shipments; labels need packed ones.")


@command(needs="logistics.ship")
def request_print(
    actor: Actor, *, kind: str, numbers: Sequence[str], now: datetime, format_: str = "pdf", later: bool = True
) -> int:
    """Ask for labels or slips of shipments, or for the manifests they stand on; a worker makes them. Returns its id.

    Labels show personal data in clear, so that who printed them is recorded. Raises: NothingToPrint.
    Emits: LabelsPrinted.
    """
    wanted = [number.strip().upper() for number in dict.fromkeys(numbers)][: MOST + 1]
    # What comes back travels under the customer's own label.
    found = Shipment.objects.filter(number__in=wanted, direction="outbound")
    if kind == "labels":
        found = found.filter(parcels__isnull=False).distinct()
    if kind == "manifest":
        found = Shipment.objects.filter(manifest__number__in=wanted)
    rows = list(found.order_by("id").values_list("id", "order_id", "number", "simulated"))
    if not 0 < len(rows) <= MOST:
        raise NothingToPrint(most=MOST)
    run = PrintRun.objects.create(
        kind=kind,
        format=format_ if kind == "labels" else "pdf",
        shipment_ids=[row[0] for row in rows],
        total=len(rows),
        started_by=actor.id,
        locale=actor.locale,
        created_at=now,
    )
    if kind == "labels":
        printed = [
            LabelsPrinted(order_id=order_id, shipment_id=id_, number=number, run_id=run.id, simulated=simulated)
            for id_, order_id, number, simulated in rows
        ]
        events.record(actor, printed)
    if later:
        app.configure_task(TASK, queue="prints").defer(run_id=run.id)
    return int(run.id)


def run_print(run_id: int, now: datetime) -> PrintRun:
    """Make the file of a print run, part by part, noting how far it is. One that is done stays as it is.

    Never inside a transaction or a web request. What goes wrong is noted on the run and raised again.
    """
    run = PrintRun.objects.get(id=run_id)
    if run.state == "done":
        return run
    PrintRun.objects.filter(id=run_id).update(state="running", done=0, error="")
    try:
        with translation.override(run.locale):
            content = _content(run, lambda done: _note(run_id, done))
    except Exception as error:
        PrintRun.objects.filter(id=run_id).update(state="failed", error=type(error).__name__, finished_at=now)
        raise
    name = f"prints/{run.created_at:%Y%m%d}-{run.kind}-{run.id}.{run.format}"
    stored = default_storage.save(str(PurePosixPath(name)), ContentFile(content))
    PrintRun.objects.filter(id=run_id).update(state="done", done=run.total, stored_file=stored, finished_at=now)
    if run.kind == "labels":
        Shipment.objects.filter(id__in=run.shipment_ids).update(labels_printed_at=now)
    run.refresh_from_db()
    return run


def _note(run_id: int, done: int) -> None:
    PrintRun.objects.filter(id=run_id).update(done=done)


def _content(run: PrintRun, progress: Progress) -> bytes:
    printer: Printer = ports.bound(PORT)
    if run.kind == "manifest":
        return printer.manifest(sheets.manifests(run.shipment_ids), sheets.words())
    parts = [run.shipment_ids[start : start + AT_ONCE] for start in range(0, len(run.shipment_ids), AT_ONCE)]
    if run.kind == "slips":
        return printer.slips([slip for part in parts for slip in sheets.slips(part)], sheets.words())
    labels, done = [], 0
    for part in parts:
        labels += sheets.labels(part)
        done += len(part)
        # Drawing them all is the greater part of the work; it counts as the last tenth of the last part.
        progress(done * 9 // 10)
    draw = printer.zpl if run.format == "zpl" else printer.labels
    return draw(labels, sheets.words())


def forget_prints(now: datetime) -> int:
    """Take away files with people's addresses that nobody needs any more. Returns how many."""
    old = PrintRun.objects.filter(finished_at__lt=now - KEPT).exclude(stored_file="")
    gone = 0
    for run in old.order_by("id")[:500]:
        default_storage.delete(run.stored_file)
        PrintRun.objects.filter(id=run.id).update(stored_file="")
        gone += 1
    return gone


def label_text(parcel_code: str) -> str:
    """Write the label of one parcel for a label printer. Raises: NotFound."""
    shipment_id = Parcel.objects.filter(code=parcel_code).values_list("shipment_id", flat=True).first()
    if shipment_id is None:
        raise errors.NotFound(key=parcel_code)
    labels = [label for label in sheets.labels([shipment_id]) if label.code == parcel_code]
    printer: Printer = ports.bound(PORT)
    return printer.zpl(labels, sheets.words()).decode()

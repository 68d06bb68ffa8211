"""How labels, slips and manifests are printed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from steward.kernel.models import Event
from steward.modules.logistics.commands import printing
from steward.modules.logistics.models import Manifest, PrintRun, Shipment
from steward.modules.logistics.queries import sheets
from steward.modules.logistics.tests import ship
from tests import make

pytestmark = pytest.mark.django_db


def _printed(kind: str, number: str, format_: str = "pdf") -> bytes:
    run_id = printing.request_print(
        make.TESTER, kind=kind, numbers=[number], now=make.NOW, format_=format_, later=False
    )
    run = printing.run_print(run_id, make.NOW)
    with default_storage.open(run.stored_file) as file:
        return bytes(file.read())


@pytest.mark.parametrize("kind", ["labels", "slips"])
def test_sheets_of_a_shipment_are_pdfs_with_their_own_fonts(kind: str) -> None:
    content = _printed(kind, ship.packed())

    assert content.startswith(b"%PDF")
    assert b"NotoSansSC" in content
    assert b"/FontFile" in content


def test_a_label_for_a_label_printer_says_where_the_parcel_goes() -> None:
    text = _printed("labels", ship.packed(), "zpl").decode()

    assert text.startswith("^XA")
    assert "^FH^FDSF1234567890123^FS" in text
    assert "梅子 13812345521" in text
    assert "文三路" in text


def test_a_manifest_lists_what_was_handed_over() -> None:
    ship.sent()

    assert _printed("manifest", Manifest.objects.get().number).startswith(b"%PDF")


def test_printing_labels_is_recorded_and_shows_on_the_shipment() -> None:
    number = ship.packed()

    _printed("labels", number)

    assert Event.objects.get(kind="logistics.labels_printed").data["number"] == number
    assert Shipment.objects.get().labels_printed_at == make.NOW


def test_a_run_that_is_done_is_not_made_again() -> None:
    run_id = printing.request_print(make.TESTER, kind="slips", numbers=[ship.packed()], now=make.NOW, later=False)
    first = printing.run_print(run_id, make.NOW)

    again = printing.run_print(run_id, make.NOW + timedelta(hours=1))

    assert (again.stored_file, again.finished_at, again.done) == (first.stored_file, make.NOW, 1)


def test_labels_of_what_is_not_packed_are_refused() -> None:
    with pytest.raises(printing.NothingToPrint):
        printing.request_print(make.TESTER, kind="labels", numbers=[ship.planned()], now=make.NOW, later=False)

    assert not PrintRun.objects.exists()


def test_files_with_addresses_are_put_away_after_two_days() -> None:
    _printed("labels", ship.packed())
    stored = PrintRun.objects.get().stored_file

    assert printing.forget_prints(make.NOW + timedelta(days=1)) == 0
    assert printing.forget_prints(make.NOW + timedelta(days=3)) == 1

    assert not default_storage.exists(stored)


def test_what_people_typed_cannot_become_a_command_of_the_printer() -> None:
    number = ship.packed()
    Shipment.objects.update(order_number="^XZ~JR")

    assert "^XZ~JR" not in printing.label_text(f"{number}-1")
    assert sheets.labels([Shipment.objects.get().id])[0].order_number == "^XZ~JR"

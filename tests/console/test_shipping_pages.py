"""What the warehouse and the logistics desk see and do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.modules.logistics.commands import printing, watching
from steward.modules.logistics.models import Claim, Manifest, Parcel, PrintRun, Shipment, ShipmentLine, TrackingSource
from steward.modules.logistics.tests import ship
from steward.sample import drawings
from tests import make
from tests.peers.packing_table import PackingTable

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """Return a browser in which the administrator is signed in."""
    return make.browser("admin")


def _page(client: Client, address: str, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_the_list_shows_what_is_to_be_packed_and_finds_by_any_number(desk: Client) -> None:
    number = ship.packed()

    assert number in _page(desk, "/shipping/")
    assert number in _page(desk, "/shipping/", queue="packed")
    assert number not in _page(desk, "/shipping/", queue="planned")
    for text in ("sf1234567890123", f"{number}-1", Shipment.objects.get().order_number):
        assert number in _page(desk, "/shipping/", q=text, queue="planned")
    assert number in _page(desk, "/search", q=number)


def test_a_scan_counts_and_a_wrong_one_is_said_in_words(desk: Client) -> None:
    number = ship.planned(quantity=2)

    right = desk.post(f"/shipping/table/{number}/scan", {"code": "TENT-2"})
    wrong = desk.post(f"/shipping/table/{number}/scan", {"code": "STOVE-1"})

    assert right.status_code == 200
    assert wrong.status_code == 409
    assert "STOVE-1" in wrong.content.decode()
    assert 'data-sound="bad"' in wrong.content.decode()
    assert ShipmentLine.objects.get().picked == 1


def test_a_shipment_goes_over_the_table_from_the_first_scan_to_its_label(desk: Client) -> None:
    number = ship.planned()
    assert desk.get("/shipping/table", {"q": number.lower()})["Location"] == f"/shipping/table/{number}"

    desk.post(f"/shipping/table/{number}/scan", {"code": "TENT-2"})
    closed = desk.post(f"/shipping/table/{number}/pack", {"weight": "2.4kg", "tracking_number": "SF9", "then": "label"})

    parcel, run = Parcel.objects.get(), PrintRun.objects.get()
    assert (parcel.weight_g, parcel.tracking_number) == (2_400, "SF9")
    assert closed["Location"] == f"/shipping/prints/{run.id}"
    assert "hx-get" in _page(desk, closed["Location"])
    printing.run_print(run.id, make.NOW)
    file = desk.get(f"/shipping/prints/{run.id}/file")
    assert file["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_a_weight_that_is_none_is_refused(desk: Client) -> None:
    number = ship.planned()
    desk.post(f"/shipping/table/{number}/scan", {"code": "TENT-2"})

    desk.post(f"/shipping/table/{number}/pack", {"weight": "heavy"})

    assert not Parcel.objects.exists()


def test_what_is_handed_over_stands_on_a_manifest(desk: Client) -> None:
    number = ship.packed()
    assert number in _page(desk, "/shipping/hand-over")

    answer = desk.post("/shipping/hand-over", {"number": number, "taken_by": "浙A12345"})

    manifest = Manifest.objects.get()
    assert (manifest.taken_by, Shipment.objects.get().state) == ("浙A12345", "handed_over")
    assert manifest.number in _page(desk, answer["Location"])
    assert manifest.number in _page(desk, f"/shipping/{number}")


def test_the_page_of_a_shipment_tells_where_it_was_seen(desk: Client) -> None:
    shipment = ship.sent()
    ship.heard(ship.said("arrived", hours=5, place="杭州转运中心"), ship.said("XQ7", hours=6))

    page = _page(desk, f"/shipping/{shipment.number}")

    assert "杭州转运中心" in page
    assert "XQ7" in page
    assert "杭州转运中心" in _page(desk, f"/orders/{shipment.order_number}")


def test_an_unknown_code_is_explained_on_the_desk(desk: Client) -> None:
    ship.sent()
    ship.heard(ship.said("XQ7", hours=6), ship.said("delivered", number="SF000"))
    page = _page(desk, "/shipping/tracking")
    assert "XQ7" in page
    assert "SF000" in page

    desk.post("/shipping/tracking/explain", {"format": "standard", "code": "XQ7", "state": "in_transit"})

    assert ship.where()[0] == "in_transit"


def test_a_new_source_gets_a_secret_that_is_shown_once(desk: Client) -> None:
    answer = desk.post("/shipping/tracking/source", {"code": "sf-push", "format": "standard"}, follow=True)

    assert "whsec_" in answer.content.decode()
    assert "whsec_" not in _page(desk, "/shipping/tracking")
    assert TrackingSource.objects.get().active


def test_a_file_of_events_is_taken_in(desk: Client) -> None:
    ship.sent()
    content = "运单号,状态,时间\nSF1234567890123,picked_up,2026-03-02 12:00\n".encode()

    desk.post("/shipping/tracking/file", {"file": SimpleUploadedFile("a.csv", content), "format": "standard"})

    assert ship.where()[0] == "in_transit"


def test_the_carrier_of_a_number_is_guessed(desk: Client) -> None:
    assert "UPS" in _page(desk, "/shipping/tracking", guess="1Z5R89390357567127")


def test_a_claim_is_followed_to_its_payment(desk: Client) -> None:
    shipment = ship.sent()
    ship.heard(ship.said("lost", hours=90))
    watching.watch_all(make.TESTER, now=make.NOW + timedelta(days=4))
    facts = {"parcel": f"{shipment.number}-1", "kind": "lost", "amount": "199", "currency": "CNY", "reason": "丢件"}

    address = desk.post("/shipping/claims/open", facts)["Location"]
    proof = SimpleUploadedFile("box.png", drawings.hall(), content_type="image/png")
    desk.post(f"{address}/evidence", {"file": proof})
    desk.post(f"{address}/submit", {"reference": "SF-1"})
    desk.post(f"{address}/agree", {"amount": "150"})
    desk.post(f"{address}/pay", {"amount": "150", "reference": "B-1"})

    claim = Claim.objects.get()
    assert (claim.state, claim.paid_minor) == ("paid", 15_000)
    assert "box.png" in _page(desk, address)
    assert claim.number in _page(desk, "/shipping/claims", queue="paid")
    evidence = claim.evidence.get()
    proven = desk.get(f"{address}/proof/{evidence.id}")
    assert b"".join(proven.streaming_content) == drawings.hall()  # type: ignore[attr-defined]


def test_what_only_calls_itself_a_picture_proves_nothing_and_is_not_kept(
    desk: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    shipment = ship.sent()
    facts = {"parcel": f"{shipment.number}-1", "kind": "lost", "amount": "199", "currency": "CNY", "reason": "丢件"}
    address = desk.post("/shipping/claims/open", facts)["Location"]
    folder = f"claims/{Claim.objects.get().number}"
    fake = SimpleUploadedFile("box.png", b"<script>alert(1)</script>" * 3, content_type="image/png")

    desk.post(f"{address}/evidence", {"file": fake})
    assert not default_storage.exists(folder)
    desk.post(f"{address}/withdraw", {})
    desk.post(f"{address}/evidence", {"file": SimpleUploadedFile("box.txt", drawings.hall())})

    assert not default_storage.exists(folder)
    assert not Claim.objects.get().evidence.exists()


def test_a_label_goes_to_the_printer_on_the_table(desk: Client) -> None:
    number = ship.packed()
    assert f"/shipping/{number}/label" in _page(desk, f"/shipping/{number}")

    with PackingTable() as table:
        desk.post(f"/shipping/{number}/label", {"printer": table.printer})
        assert "SF1234567890123" in table.printed()

    assert PrintRun.objects.get().state == "done"


def test_a_return_is_announced_on_the_page_of_what_was_sent_and_is_nothing_to_pick(desk: Client) -> None:
    sent = ship.sent(quantity=2)
    line = ShipmentLine.objects.get()
    assert f"pieces-{line.id}" in _page(desk, f"/shipping/{sent.number}")

    fields = {"tracking_number": "SF7770000000001", "carrier": "", f"pieces-{line.id}": "1"}
    address = desk.post(f"/shipping/{sent.number}/returns", fields)["Location"]

    back = Shipment.objects.get(direction="return")
    page = _page(desk, address)
    assert back.number in page
    assert "SF7770000000001" in page
    assert f"/shipping/table/{back.number}" not in page
    assert back.number in _page(desk, "/shipping/", queue="returns")
    for address in ("/shipping/", "/shipping/pick-list", "/shipping/table"):
        assert back.number not in _page(desk, address)


def test_who_may_only_look_cannot_ship() -> None:
    number = ship.packed()
    agent = make.browser("wang")

    assert number in _page(agent, f"/shipping/{number}")
    assert agent.post("/shipping/hand-over", {"number": number}).status_code == 403
    assert agent.get("/shipping/table").status_code == 403
    assert Shipment.objects.get().state == "packed"

"""What programs do with shipments, tracking and claims."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from steward.modules.logistics.models import PrintRun, Shipment
from steward.modules.logistics.tests import ship
from tests import make

pytestmark = pytest.mark.django_db
RIGHTS = ("logistics.view", "logistics.ship", "logistics.track", "payments.record")


@pytest.fixture
def program() -> Client:
    """Return a program that may ship."""
    return Client(headers={"authorization": f"Bearer {make.token(*RIGHTS)}"})


def _post(client: Client, address: str, body: Any, status: int = 200) -> Any:
    answer = client.post(f"/api/v1{address}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_program_packs_and_hands_over(program: Client) -> None:
    number = ship.planned()

    assert _post(program, f"/shipments/{number}/scan", {"code": "TENT-2"})["left"] == 0
    packed = _post(program, f"/shipments/{number}/pack", {"parcels": [{"weight_g": 2400, "tracking_number": "SF7"}]})
    handed = _post(program, "/hand-overs", {"numbers": [number, "SH-0"], "taken_by": "浙A1"})

    assert packed == {"parcels": [f"{number}-1"]}
    assert (len(handed["manifests"]), handed["refused"]) == (1, {"SH-0": "unknown"})
    seen = program.get(f"/api/v1/shipments/{number}").json()
    assert (seen["row"]["state"], seen["parcels"][0]["tracking_number"]) == ("handed_over", "SF7")


def test_a_wrong_scan_is_a_problem_with_its_code(program: Client) -> None:
    number = ship.planned()

    assert _post(program, f"/shipments/{number}/scan", {"code": "STOVE"}, 409)["code"] == "wrong_item"


def test_events_are_reported_in_any_order_and_twice(program: Client) -> None:
    shipment = ship.sent()
    at = "2026-03-02T20:00:00Z"
    body = {"events": [{"tracking_number": "SF1234567890123", "code": "delivered", "at": at}]}

    first, second = _post(program, "/tracking-events", body), _post(program, "/tracking-events", body)

    assert (first["new"], second["new"], second["repeated"]) == (1, 0, 1)
    rows = program.get("/api/v1/shipments", {"state": "delivered"}).json()["rows"]
    assert [row["number"] for row in rows] == [shipment.number]


def test_a_code_is_explained_and_a_carrier_guessed(program: Client) -> None:
    ship.sent()
    ship.heard(ship.said("XQ7"))

    explained = _post(program, "/tracking-codes", {"format": "standard", "code": "XQ7", "state": "in_transit"})
    guess = program.get("/api/v1/carrier-guess", {"number": "SF1234567890123"}).json()

    assert explained == {"events": 1}
    assert guess["guesses"][0]["carrier_code"] == "sf"


def test_a_claim_goes_from_open_to_paid(program: Client) -> None:
    shipment = ship.sent()
    body = {"parcel": f"{shipment.number}-1", "kind": "lost", "amount_minor": 19_900, "reason": "丢件"}
    address = f"/claims/{_post(program, '/claims', body)['number']}"

    for step in (
        {"verb": "evidence", "note": "照片"},
        {"verb": "submit", "reference": "SF-1"},
        {"verb": "agree", "amount_minor": 10_000},
        {"verb": "pay", "amount_minor": 10_000, "reference": "B-1"},
    ):
        last = _post(program, f"{address}/steps", step)

    assert (last["state"], last["paid_minor"]) == ("paid", 10_000)
    assert program.get("/api/v1/claims", {"state": "paid"}).json()["rows"][0]["number"] == last["number"]


def test_labels_are_asked_for_and_made_by_a_worker(program: Client) -> None:
    made = _post(program, "/prints", {"kind": "labels", "numbers": [ship.packed()], "format": "zpl"})

    assert (made["state"], made["total"]) == ("waiting", 1)
    assert program.get(f"/api/v1/prints/{made['id']}").json()["done"] == 0
    assert PrintRun.objects.get().format == "zpl"


def test_a_return_is_announced_and_tracked(program: Client) -> None:
    sent = ship.sent(quantity=2)
    body = {"tracking_number": "SF7770000000001", "pieces": [{"sku": "TENT-2", "quantity": 1}]}

    back = _post(program, f"/shipments/{sent.number}/returns", body)
    again = _post(program, f"/shipments/{sent.number}/returns", body)
    too_much = _post(
        program,
        f"/shipments/{sent.number}/returns",
        body | {"tracking_number": "SF8", "pieces": [{"sku": "TENT-2", "quantity": 2}]},
        422,
    )

    assert (back["row"]["direction"], back["row"]["number"]) == ("return", again["row"]["number"])
    assert too_much["code"] == "more_than_was_sent"
    ship.heard(ship.said("picked_up", hours=40, number="SF7770000000001"))
    rows = program.get("/api/v1/shipments", {"direction": "return", "state": "in_transit"}).json()["rows"]
    assert [row["number"] for row in rows] == [back["row"]["number"]]


def test_who_may_only_look_ships_nothing() -> None:
    number = ship.packed()
    client = Client(headers={"authorization": f"Bearer {make.token('logistics.view')}"})

    assert client.get(f"/api/v1/shipments/{number}").status_code == 200
    _post(client, "/hand-overs", {"numbers": [number]}, 403)
    assert Shipment.objects.get().state == "packed"

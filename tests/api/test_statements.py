"""Statements come in through the API and the command line; what differs is worked with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from steward.interfaces.cli import parser
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
ROW: dict[str, Any] = {
    "direction": "payment",
    "transaction": "T-1",
    "amount_minor": 19_900,
    "currency": "CNY",
    "happened_at": "2026-03-02T02:00:00Z",
}
FILE = "transaction,kind,amount,happened_at\nT-1,payment,199.00,2026-03-02T02:00:00Z\n"


@pytest.fixture(autouse=True)
def _paid(db: None) -> None:
    make.provider()
    make.item(stock=1)
    make.order(payments=[make.payment()])


def run(*words: str) -> int:
    arguments = parser().parse_args(["payments", "reconcile", *words])
    return int(arguments.run(arguments))


def test_a_statement_that_agrees_is_taken_in() -> None:
    answer = Caller("payments.reconcile").post("statements", {"provider": "alipay", "name": "march", "rows": [ROW]})

    assert answer.status_code == 200
    assert (answer.json()["matched_count"], answer.json()["open_count"]) == (1, 0)


def test_a_difference_is_listed_and_settled() -> None:
    caller = Caller("payments.reconcile", "payments.view")
    rows = [ROW | {"amount_minor": 19_800}]
    made = caller.post("statements", {"provider": "alipay", "name": "march", "rows": rows}).json()

    (one,) = caller.get("differences", statement_id=made["id"], only_open=True).json()["rows"]
    settled = caller.post(f"differences/{one['id']}/settle", {"outcome": "provider_corrected", "reason": "told"})

    assert (one["kind"], one["stated_minor"], one["ours_minor"]) == ("amount_differs", 19_800, 19_900)
    assert settled.status_code == 200
    assert caller.get(f"statements/{made['id']}").json()["open_count"] == 0


def test_a_token_of_one_shop_sees_no_statement() -> None:
    answer = Caller("payments.view", scopes=["own"]).get("differences")

    assert (answer.status_code, answer.json()["code"]) == (403, "scoped_token")


def test_a_file_that_agrees_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "march.csv").write_text(FILE)

    assert run(str(tmp_path / "march.csv"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["statement"]["matched_count"] == 1


def test_a_file_that_differs_is_told_and_ends_badly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "march.csv").write_text(FILE + "T-2,payment,5.00,2026-03-02T03:00:00Z\n")

    assert run(str(tmp_path / "march.csv"), "--provider", "alipay") == 1
    told = capsys.readouterr().out
    assert "2 stated, 1 agree, 1 open" in told
    assert "missing_here" in told


@pytest.mark.parametrize("words", [("nowhere.csv",), (), ("nowhere.csv", "--provider", "nobody")])
def test_what_is_not_there_is_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert "steward:" in capsys.readouterr().err

"""A real file of a real shop; it lies in $STEWARD_DATA or beside the project, and the test is skipped without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from steward.interfaces import cli
from steward.modules.orders import queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tmall() -> Path:
    """Return the export of a Tmall shop."""
    folder = Path(settings.DATA_FOLDER or settings.ROOT.parent / "shared" / "data") / "tmall_orders"
    found = sorted(folder.glob("tmall_orders*.csv.gz"))
    if not found:
        pytest.skip(f"no Tmall export in {folder}: set STEWARD_DATA to the folder of real data")
    return found[0]


def _taken(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    code = cli.main(["orders", "import", str(path), "--shop", "tmall", "--mapping", "tmall", "--json", *more])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0
    return answer


def test_every_row_of_the_tmall_export_becomes_an_order(tmall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rehearsed = _taken(tmall, capsys, "--dry-run")

    first = _taken(tmall, capsys)
    again = _taken(tmall, capsys)

    assert first["received"] == first["created"] == rehearsed["created"] > 8_000
    assert (first["rejected"], first["conflict"], first["rejects_file"]) == (0, 0, None)
    assert (again["created"], again["duplicate"]) == (0, first["received"])
    states = {row.payment_state for row in queries.orders_page(queries.OrderFilters(), after=None, limit=500).rows}
    assert {"unpaid", "paid", "refunded"} <= states

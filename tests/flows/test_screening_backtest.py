"""An operator tries the screening rules on past orders from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from steward.interfaces.cli import main
from steward.modules.orders.rules.drafts import OriginDraft
from tests import make

pytestmark = pytest.mark.django_db
PERIOD = ("--from", "2026-03-01", "--to", "2026-03-31")


def test_a_label_file_says_which_orders_were_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make.item(stock=5)
    make.order("GOOD")
    make.order("BAD", origin=OriginDraft(registered_at=make.NOW - timedelta(seconds=9)))
    labels = tmp_path / "chargebacks.txt"
    labels.write_text("BAD\n")

    code = main(["orders", "screen", "--backtest", *PERIOD, "--labels", str(labels), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (told["orders"], told["bad"], told["at"]["recall"], told["at"]["false_alarm_share"]) == (2, 1, 1.0, 0.0)


def test_a_back_test_that_names_nothing_bad_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "none.txt"
    labels.write_text("NOBODY\n")
    assert main(["orders", "screen", "--backtest", *PERIOD, "--bad", "labels", "--labels", str(labels)]) == 2
    assert capsys.readouterr().err

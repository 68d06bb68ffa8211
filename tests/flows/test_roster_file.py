"""A planner keeps the roster in a spreadsheet and takes its CSV in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from steward.interfaces.cli import main
from steward.modules.people import queries
from tests import make

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def take_in(path: Path, text: str, capsys: pytest.CaptureFixture[str], *, encoding: str = "utf-8") -> tuple[int, str]:
    path.write_text(text, encoding=encoding)
    code = main(["roster", "import", str(path), "--team", "service", "--json"])
    captured = capsys.readouterr()
    return code, captured.out or captured.err


def test_a_chinese_file_is_taken_in_and_what_cannot_be_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make.team(usernames=("wang", "lin"))
    text = "日期,班次,姓名\n2026-03-02,早班,王丽\n2026/03/02,晚班,林芳\n2026-03-02,late,王小二\n"

    code, out = take_in(tmp_path / "roster.csv", text, capsys, encoding="gb18030")

    assert code == 1
    assert json.loads(out) == {
        "rows": 3,
        "planned": 2,
        "unknown_person": 1,
        "refused": ["2026-03-02 late 王小二: unknown_person"],
    }
    assert [duty.name for duty in queries.team_duties("service", first=MONDAY, last=MONDAY)] == ["王丽", "林芳"]


def test_the_same_file_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make.team()
    text = "date,shift,person\n2026-03-02,early,wang\n"
    take_in(tmp_path / "roster.csv", text, capsys)

    code, out = take_in(tmp_path / "roster.csv", text, capsys)

    assert (code, json.loads(out)) == (0, {"rows": 1, "exists": 1, "refused": []})


def test_a_line_that_is_no_duty_stops_the_file_before_anything_is_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make.team()
    text = "date,shift,person\n2026-03-02,early,wang\nMonday,early,wang\n"

    code, out = take_in(tmp_path / "roster.csv", text, capsys)

    assert code == 2
    assert "line 3" in out
    assert queries.team_duties("service", first=MONDAY, last=MONDAY) == []

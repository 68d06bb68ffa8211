"""What the README tells newcomers to type works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from steward.interfaces import cli
from tests.api.caller import Caller

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_order_of_the_readme_goes_in_once() -> None:
    found = re.search(r"-d '(\{.*?\})'\n", TEXT, re.DOTALL)
    assert found is not None
    body = msgspec.json.encode(json.loads(found[1]))
    program = Caller("orders.enter", "orders.view")

    first, second = (program.post("orders", body, key="first-1") for _ in range(2))

    assert first.status_code == 201, first.content.decode()
    assert json.loads(second.content)["number"] == json.loads(first.content)["number"]


@pytest.mark.parametrize("line", re.findall(r"^ +\.venv/bin/steward (.*)$", TEXT, re.MULTILINE))
def test_the_command_line_knows_the_commands_of_the_readme(line: str) -> None:
    assert callable(cli.parser().parse_args(line.split()).run)


@pytest.mark.parametrize("path", ["README.md", "README.zh-CN.md", "docs/architecture.md", "docs/add-a-feature.md"])
def test_every_link_to_a_page_leads_somewhere(path: str) -> None:
    page = ROOT / path
    links = re.findall(r"(?<!!)\[[^\]]+\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []

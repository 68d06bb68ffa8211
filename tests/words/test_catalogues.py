"""The catalogues are whole, and each kind of fault is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from steward.interfaces.cli.messages import catalogues, checks, extraction

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
_("Cancel order")
gettext_lazy("You need “%(permission)s”.")
ngettext("%(count)s order", "%(count)s orders", 2)
pgettext("state", "Open")
"""
PAGE = """
<c-card :title="_('Where it\\'s at')">
    <h1 title="{% trans "Orders" %}">{% trans 'Order' context 'one' %}</h1>
      {% blocktrans with role=turn.role %}Turn: {{ role }}{% endblocktrans %}
  {% blocktrans count n=rows|length trimmed %}
    {{ n }} row {% plural %} {{ n }} rows
  {% endblocktrans %}
</c-card>
"""
WORDS = {
    "Cancel order": "取消订单",
    "You need “%(permission)s”.": "需要“%(permission)s”。",
    "%(count)s order": "%(count)s 张订单",
    "state\x04Open": "未处理",
}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A source tree with one file of messages."""
    (tmp_path / "steward").mkdir()
    (tmp_path / "steward/planted.py").write_text(PYTHON, encoding="utf-8")
    return tmp_path / "steward"


@pytest.fixture
def folder(tmp_path: Path, code: Path) -> Path:
    """Whole catalogues of that tree."""
    catalogues.update(pairs=WORDS, folder=tmp_path / "locale", code=code)
    return tmp_path / "locale"


def change(folder: Path, before: str, after: str) -> None:
    """Change the Simplified Chinese catalogue."""
    path = catalogues.path_of(catalogues.SIMPLIFIED, folder)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_nothing_is_missing_unused_or_ill_formed() -> None:
    assert checks.faults() == [], "run `steward messages update`, then fill in what it lists"


def test_messages_of_pages_are_found_with_context_plural_and_components(tmp_path: Path) -> None:
    page = tmp_path / "steward/templates/page.html"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, encoding="utf-8")

    found = {(message.context, message.id) for message in extraction.extract(tmp_path / "steward") if message.id}

    assert found == {
        (None, "Where it's at"),
        (None, "Orders"),
        ("one", "Order"),
        (None, "Turn: %(role)s"),
        (None, ("%(n)s row", "%(n)s rows")),
    }


def test_whole_catalogues_have_no_fault(folder: Path, code: Path) -> None:
    assert checks.faults(folder, code) == []


def test_an_update_keeps_the_words_a_catalogue_has(folder: Path, code: Path) -> None:
    catalogues.update(pairs={"Cancel order": "另一个词"}, folder=folder, code=code)

    assert "取消订单" in catalogues.path_of(catalogues.SIMPLIFIED, folder).read_text(encoding="utf-8")


def test_traditional_chinese_follows_simplified(folder: Path) -> None:
    assert "取消訂單" in catalogues.path_of(catalogues.TRADITIONAL, folder).read_text(encoding="utf-8")


def test_a_translators_own_traditional_words_stay(folder: Path, code: Path) -> None:
    path = catalogues.path_of(catalogues.TRADITIONAL, folder)
    text = path.read_text(encoding="utf-8").replace("取消訂單", "撤銷訂單")
    before = '#: steward/planted.py\nmsgid "Cancel order"'
    assert before in text
    path.write_text(text.replace(before, f"# {catalogues.OWN_WORDS}\n{before}"), encoding="utf-8")

    catalogues.update(pairs={}, folder=folder, code=code)

    assert "撤銷訂單" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgstr "取消订单"', 'msgstr ""', "untranslated: Cancel order"),
        ('msgid "Cancel order"', 'msgid "Cancel everything"', "missing: Cancel order"),
        ('msgid "Cancel order"', 'msgid "Cancel everything"', "unused: Cancel everything"),
        ("需要“%(permission)s”", "需要权限", "placeholders differ: You need “%(permission)s”."),
        ('#: steward/planted.py\nmsgid "Cancel', '#, fuzzy\nmsgid "Cancel', "fuzzy: Cancel order"),
    ],
)
def test_a_fault_is_found(folder: Path, code: Path, before: str, after: str, fault: str) -> None:
    change(folder, before, after)

    assert any(fault in found for found in checks.faults(folder, code)), checks.faults(folder, code)


def test_only_stale_catalogues_are_compiled(folder: Path) -> None:
    first = catalogues.compile_stale(folder)

    assert len(first) == 2
    assert catalogues.compile_stale(folder) == []

"""What the code declares hangs together: events, handlers, permissions, settings and the pages about them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from steward.kernel.events import Event
from steward.modules.people.rules import PERMISSIONS
from tests.architecture import documents, events, permissions, tree


def test_every_event_is_named_after_what_has_happened() -> None:
    assert list(events.ill_named(events.classes())) == []


def test_every_handler_is_named_after_what_it_hears() -> None:
    assert list(events.ill_named_handlers()) == []


def test_an_ill_named_event_is_found() -> None:
    class OrderCancel(Event, frozen=True, kw_only=True):
        """Planted."""

        SUBJECT: ClassVar[str] = "order"

    OrderCancel.__module__ = "steward.modules.orders.events"

    found = list(events.ill_named([OrderCancel]))

    assert any("KIND is '', not orders.order_cancel" in sentence for sentence in found)
    assert any("past participle" in sentence for sentence in found)
    assert any("no field order_id" in sentence for sentence in found)


def test_every_permission_asked_for_can_be_given() -> None:
    assert list(permissions.unknown(tree.STEWARD, PERMISSIONS)) == []


def test_every_permission_that_can_be_given_is_asked_for_as_module_dot_verb() -> None:
    assert [code for code in PERMISSIONS if code != "*" and code.count(".") != 1] == []


def test_a_permission_nobody_can_be_given_is_found(tmp_path: Path) -> None:
    tree.planted(tmp_path, "modules/orders/commands/planted.py", '@command(needs="orders.fly")\ndef fly(): ...')

    assert any("asks for orders.fly" in sentence for sentence in permissions.unknown(tmp_path, PERMISSIONS))


def test_the_settings_page_says_what_the_code_says() -> None:
    page = (documents.DOCS / "settings.md").read_text(encoding="utf-8")

    assert page == documents.settings_page(), "run `python -m tests.architecture.documents`"


def test_the_events_page_says_what_the_code_says() -> None:
    page = (documents.DOCS / "events.md").read_text(encoding="utf-8")

    assert page == documents.events_page(), "run `python -m tests.architecture.documents`"

"""Which views can be saved, and what queues are as conditions."""

from __future__ import annotations

from typing import Any

import pytest

from steward.modules.desk.rules.views import Conditions, conditions_of, faults, narrowed, of_queue

KNOWN = {"channels": ("chat", "email"), "categories": ("logistics",), "teams": ("service",), "languages": ("zh",)}


def wrong(name: str = "Late parcels", sort: str = "due", columns: tuple[str, ...] = (), **conditions: Any) -> set[str]:
    """Name the fields that are wrong."""
    return {field for field, _code in faults(name, Conditions(**conditions), sort, columns, KNOWN)}


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"owners": ("me", "nobody", "12"), "teams": ("mine", "service"), "channels": ("chat",), "languages": ("zh",)},
        {"states": ("new", "open"), "tags": ("丢件",), "unread": True, "awaiting": True, "late": True},
        {"order": "with", "snoozed": "also", "opened_days": 30, "text": "退款"},
    ],
)
def test_a_view_over_the_fields_that_there_are_can_be_saved(conditions: dict[str, Any]) -> None:
    assert wrong(**conditions) == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("states", ("lost",)),
        ("owners", ("everybody",)),
        ("owners", ("9" * 30,)),
        ("teams", ("other",)),
        ("channels", ("fax",)),
        ("priorities", ("top",)),
        ("tags", ("x" * 61,)),
        ("tags", tuple(f"t{n}" for n in range(21))),
        ("order", "maybe"),
        ("snoozed", "no"),
        ("heard_days", 0),
        ("opened_days", 10_000),
        ("text", "？"),
        ("text", "13800001111"),
    ],
)
def test_what_no_field_can_hold_is_named(field: str, value: Any) -> None:
    assert wrong(**{field: value}) == {field}


def test_a_view_needs_a_name_a_sort_and_columns_that_there_are() -> None:
    assert wrong(name="  ") == {"name"}
    assert wrong(sort="colour") == {"sort"}
    assert wrong(columns=("category", "phone")) == {"columns"}


def test_a_view_of_ended_tickets_says_since_when_and_does_not_sort_by_what_is_due() -> None:
    assert wrong(states=("open", "closed")) == {"heard_days", "sort"}
    assert wrong(states=("closed",), heard_days=93, sort="heard") == {"heard_days"}
    assert wrong(states=("closed",), heard_days=92, sort="heard") == set()


def test_data_that_is_no_condition_is_none() -> None:
    assert conditions_of({"states": ["new"], "late": True}) == Conditions(states=("new",), late=True)
    assert conditions_of({"colour": "red"}) is None
    assert conditions_of({"states": "new"}) is None


@pytest.mark.parametrize(
    "queue", ["mine", "unassigned", "team", "active", "waiting", "snoozed", "solved", "closed", "spam"]
)
def test_every_queue_can_be_saved_with_more_conditions(queue: str) -> None:
    conditions = narrowed(of_queue(queue), Conditions(tags=("催",), late=True))

    assert conditions.tags == ("催",)
    assert faults("Mine", conditions, "heard", (), KNOWN) == []

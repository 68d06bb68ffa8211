"""Rows of a fresh installation are what the ORM would have saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from steward.kernel.first_rows import FirstRows, Row

pytestmark = pytest.mark.django_db

SHELF = CreateModel(
    "Shelf",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("code", models.CharField(max_length=10, unique=True)),
        ("labels", models.JSONField(default=dict)),
        ("rooms", ArrayField(models.CharField(max_length=10), default=list)),
        ("note", models.CharField(max_length=10, blank=True)),
        ("active", models.BooleanField(default=True)),
        ("opened_at", models.DateTimeField(null=True)),
        ("set_at", models.DateTimeField(db_default=Now())),
        ("parent", models.ForeignKey("kernel.shelf", models.PROTECT, null=True)),
    ],
    {"db_table": "first_shelf"},
)


def seeded(*operations: FirstRows) -> list[dict[str, Any]]:
    """Make the table, run the operations, read what stands in it."""
    state = ProjectState()
    SHELF.state_forwards("kernel", state)
    with connection.schema_editor() as editor:
        SHELF.database_forwards("kernel", editor, ProjectState(), state)
        for operation in operations:
            operation.database_forwards("kernel", editor, state, state)
    return list(state.apps.get_model("kernel", "Shelf")._default_manager.order_by("id").values())


def rows(*wanted: Row, by: dict[str, str] | None = None) -> FirstRows:
    """Seed these rows."""
    given: Sequence[Row] = wanted
    return FirstRows("Shelf", lambda: given, by=by)


def test_what_a_row_leaves_out_has_its_default() -> None:
    """Defaults of the field and of the database."""
    (row,) = seeded(rows({"code": "a"}))

    assert row.pop("set_at") is not None
    assert row == {
        "id": 1,
        "code": "a",
        "labels": {},
        "rooms": [],
        "note": "",
        "active": True,
        "opened_at": None,
        "parent_id": None,
    }


def test_values_take_the_type_of_their_column_and_rows_keep_their_order() -> None:
    """Lists, mappings, words with quotes, and the time of the transaction."""
    first, second = seeded(
        rows(
            {"code": "b", "labels": {"en": "it's “it”", "of": [1, {"share": 1 / 48}]}, "rooms": ["x,y", "z"]},
            {"code": "a", "labels": {"en": ""}, "opened_at": "now"},
        )
    )

    assert (first["code"], second["code"]) == ("b", "a")
    assert first["labels"] == {"en": "it's “it”", "of": [1, {"share": 1 / 48}]}
    assert first["rooms"] == ["x,y", "z"]
    assert first["opened_at"] is None
    assert second["set_at"] - timedelta(minutes=5) < second["opened_at"] <= second["set_at"]


def test_rows_name_others_by_a_key() -> None:
    """The parent is found by its code; the model may be named with its module."""
    named = FirstRows("kernel.Shelf", lambda: [{"code": "b", "parent": "a"}], by={"parent": "code"})

    parent, child = seeded(rows({"code": "a"}), named)

    assert child["parent_id"] == parent["id"]


def test_what_stands_already_is_left_as_it_is() -> None:
    """A migration that was taken back and comes again."""
    (row,) = seeded(rows({"code": "a", "note": "ours"}), rows({"code": "a", "note": "theirs"}))

    assert row["note"] == "ours"


@pytest.mark.parametrize(
    "wrong",
    [
        rows({"code": "b", "parent": "nobody"}, by={"parent": "code"}),
        rows({"code": "b", "colour": "red"}),
        rows({"code": "b"}, {"code": "c", "set_at": "2026-01-01T00:00:00Z"}),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: FirstRows) -> None:
    """A parent that is not there, a field that is not there, a column that some rows leave to the database."""
    with pytest.raises(LookupError):
        seeded(rows({"code": "a"}), wrong)

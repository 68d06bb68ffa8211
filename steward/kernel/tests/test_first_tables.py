"""A first migration makes what Django's own would have made."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import AddField, CreateModel, Migration, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from steward.kernel.first_tables import FirstTables

pytestmark = pytest.mark.django_db

SHELF = CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))], {"db_table": "first_shelf"})
BOX = CreateModel(
    "Box",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("shelf", models.ForeignKey("kernel.shelf", models.PROTECT, related_name="boxes")),
        ("inside", models.ForeignKey("self", models.PROTECT, null=True, related_name="+")),
    ],
    {"db_table": "first_box", "constraints": [models.UniqueConstraint(fields=["shelf", "inside"], name="box_once")]},
)


def applied(kind: type[Migration], *operations: Operation, state: ProjectState | None = None) -> ProjectState:
    """Apply a migration of these operations to a state that is rendered, as the executor does."""
    state = state or ProjectState()
    assert state.apps is not None
    migration: type[Migration] = type("Migration", (kind,), {"operations": operations})
    with connection.schema_editor() as editor:
        return migration("0001_initial", "kernel").apply(state, editor)


def columns(table: str) -> list[str]:
    """Read which columns a table has."""
    with connection.cursor() as cursor:
        return [each.name for each in connection.introspection.get_table_description(cursor, table)]


def test_tables_are_made_with_their_constraints() -> None:
    """Two tables, one referring to the other and to itself."""
    applied(FirstTables, SHELF, BOX)

    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "first_box")
    assert columns("first_box") == ["id", "shelf_id", "inside_id"]
    assert found["box_once"]["columns"] == ["shelf_id", "inside_id"]
    assert {one["foreign_key"] for one in found.values()} - {None} == {("first_shelf", "id"), ("first_box", "id")}


def test_the_state_is_the_one_django_makes() -> None:
    """What a later migration begins from does not differ."""
    ours = applied(FirstTables, SHELF, BOX)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE first_box; DROP TABLE first_shelf")

    djangos = applied(Migration, SHELF, BOX)

    assert ours == djangos
    relations = [
        {one.name for one in state.apps.get_model("kernel", "Shelf")._meta.related_objects} for state in (ours, djangos)
    ]
    assert relations == [{"boxes"}, {"boxes"}]


def test_later_migrations_go_on_from_it() -> None:
    """A field is added to a model that another refers to."""
    state = applied(FirstTables, SHELF, BOX)

    state = applied(Migration, AddField("Shelf", "code", models.CharField(max_length=5, default="")), state=state)

    assert columns("first_shelf") == ["id", "code"]
    box = state.apps.get_model("kernel", "Box")
    assert box._meta.get_field("shelf").related_model is state.apps.get_model("kernel", "Shelf")


def test_other_operations_are_left_to_django() -> None:
    """A statement between the tables runs between them."""
    applied(FirstTables, SHELF, RunSQL("ALTER TABLE first_shelf SET (fillfactor = 50)"), BOX)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'first_shelf'")
        assert cursor.fetchone() == (["fillfactor=50"],)

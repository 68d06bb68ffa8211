"""The tables of a module's first migration, made together.

Django renders a new model, and again all that are related to it however remotely, for every `CreateModel`: for 103
models that are closely related, some 4,000 times, which took most of the time of `steward migrate` on an empty
database. Here the models of a migration are rendered once, after all of them are known. Nothing else differs: the
operations, their SQL and the state that later migrations begin from are Django's. Why: docs/decisions/0023.
"""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, Migration
from django.db.migrations.state import ProjectState


class FirstTables(Migration):
    """A migration of nothing but `CreateModel`, each after those it refers to."""

    initial = True

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Add all models to the state, render them once, make their tables."""
        made = [operation for operation in self.operations if isinstance(operation, CreateModel)]
        if collect_sql or len(made) < len(self.operations):
            return super().apply(project_state, schema_editor, collect_sql)
        before, rendered = project_state.clone(), project_state.apps
        del project_state.apps  # a state without rendered models renders nothing when one is added
        for operation in made:
            operation.state_forwards(self.app_label, project_state)
        project_state.apps = rendered
        rendered.render_multiple([project_state.models[self.app_label, operation.name_lower] for operation in made])
        for operation in made:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state

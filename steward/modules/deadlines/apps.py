"""Register the deadlines module with Django."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.deadlines"
    label = "deadlines"
    default_auto_field = "django.db.models.BigAutoField"

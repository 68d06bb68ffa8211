"""Register the logistics module with Django."""

from django.apps import AppConfig


class LogisticsConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.logistics"
    label = "logistics"
    default_auto_field = "django.db.models.BigAutoField"

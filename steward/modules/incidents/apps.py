"""Register the incidents module with Django."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the desk module with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the returns module with Django."""

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.returns"
    label = "returns"
    default_auto_field = "django.db.models.BigAutoField"

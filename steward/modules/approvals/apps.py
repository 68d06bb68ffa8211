"""Register the approvals module with Django."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.approvals"
    label = "approvals"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the payments module with Django."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

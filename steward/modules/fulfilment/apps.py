"""Register the fulfilment module with Django."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the orders module with Django."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the customers module with Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the inventory module with Django."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

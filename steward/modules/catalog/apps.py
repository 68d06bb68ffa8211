"""Register the catalog module with Django."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

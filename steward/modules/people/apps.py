"""Register the people module with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

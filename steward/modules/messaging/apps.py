"""Register the messaging module with Django."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Name the module and its label."""

    name = "steward.modules.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

"""Register the console with Django."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Name the console and its label."""

    name = "steward.interfaces.console"
    label = "console"

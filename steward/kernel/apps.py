"""Register the kernel with Django."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Name the kernel and its label."""

    name = "steward.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

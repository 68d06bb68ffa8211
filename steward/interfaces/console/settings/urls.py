"""Addresses of the pages about business numbers and the audit log."""

from django.urls import path

from steward.interfaces.console.settings import audit, limits, numbers

urlpatterns = [
    path("numbers", numbers.parameters, name="parameters"),
    path("numbers/<str:name>", numbers.parameter, name="parameter"),
    path("limits", limits.time_limits, name="time_limits"),
    path("limits/<int:policy_id>", limits.time_limit_change, name="time_limit_change"),
    path("audit", audit.audit_log, name="audit_log"),
]

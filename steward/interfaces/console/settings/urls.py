"""Addresses of the pages about business numbers and the audit log."""

from django.urls import path

from steward.interfaces.console.settings import audit, clocks, limits, numbers

urlpatterns = [
    path("numbers", numbers.parameters, name="parameters"),
    path("numbers/<str:name>", numbers.parameter, name="parameter"),
    path("clocks", clocks.clock_act, name="clock_act"),
    path("limits", limits.time_limits, name="time_limits"),
    path("limits/new", limits.policy_new, name="policy_new"),
    path("limits/preview", limits.policy_preview, name="policy_preview"),
    path("limits/<int:policy_id>/edit", limits.policy, name="policy"),
    path("limits/<int:policy_id>/retire", limits.policy_retire, name="policy_retire"),
    path("limits/<int:policy_id>", limits.time_limit_change, name="time_limit_change"),
    path("audit", audit.audit_log, name="audit_log"),
]

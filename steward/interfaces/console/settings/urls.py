"""Addresses of the pages about business numbers and the audit log."""

from django.urls import path

from steward.interfaces.console.settings import audit, numbers

urlpatterns = [
    path("numbers", numbers.parameters, name="parameters"),
    path("numbers/<str:name>", numbers.parameter, name="parameter"),
    path("audit", audit.audit_log, name="audit_log"),
]

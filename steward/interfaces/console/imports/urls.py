"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("upload", views.import_upload, name="import_upload"),
    path("preview", views.import_preview, name="import_preview"),
    path("start", views.import_start, name="import_start"),
    path("cancellations", views.cancellations, name="cancellations"),
    path("<int:run_id>", views.import_run, name="import_run"),
    path("<int:run_id>/rejects", views.import_rejects, name="import_rejects"),
]

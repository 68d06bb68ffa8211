"""Addresses of parked jobs."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.jobs import views

urlpatterns = [
    path("", views.parked_jobs, name="parked_jobs"),
    path("rerun", views.parked_jobs_rerun, name="parked_jobs_rerun"),
]

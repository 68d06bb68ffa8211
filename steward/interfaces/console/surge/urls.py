"""Addresses of surge mode."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.surge import plans, views

urlpatterns = [
    path("", views.surge, name="surge"),
    path("start", views.surge_start, name="surge_start"),
    path("<int:surge_id>", views.surge_one, name="surge_one"),
    path("<int:surge_id>/end", views.surge_end, name="surge_end"),
    path("plans/", plans.surge_plan_new, name="surge_plan_new"),
    path("plans/<slug:code>", plans.surge_plan_save, name="surge_plan_save"),
    path("plans/<slug:code>/retire", plans.surge_plan_retire, name="surge_plan_retire"),
]

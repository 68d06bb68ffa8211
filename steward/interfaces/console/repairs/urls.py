"""Addresses of repairs."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.repairs import acting, pages

urlpatterns = [
    path("repairs", pages.repairs, name="repairs"),
    path("repairs/<str:number>", pages.repair, name="repair"),
    path("repairs/<str:number>/<slug:verb>", acting.repair_step, name="repair_step"),
]

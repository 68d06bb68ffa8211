"""Addresses of compensation."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.compensations import handing, pages, proposing, setting

urlpatterns = [
    path("", pages.compensations, name="compensations"),
    path("new", proposing.compensation_new, name="compensation_new"),
    path("budgets", setting.budgets, name="compensation_budgets"),
    path("reasons", setting.reasons, name="compensation_reasons"),
    path("limits", setting.limit_set, name="compensation_limit"),
    path("handovers", handing.handovers, name="handovers"),
    path("<str:number>", pages.compensation, name="compensation"),
    path("<str:number>/<slug:verb>", handing.compensation_step, name="compensation_step"),
]

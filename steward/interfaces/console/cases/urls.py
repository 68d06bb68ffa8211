"""Addresses of after-sales."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.cases import acting, inspecting, opening, pages

urlpatterns = [
    path("", pages.cases, name="cases"),
    path("new", opening.case_new, name="case_new"),
    path("scan", inspecting.scan, name="case_scan"),
    path("<str:number>", pages.case, name="case"),
    path("<str:number>/inspect", inspecting.inspect, name="case_inspect"),
    path("<str:number>/<slug:verb>", acting.case_step, name="case_step"),
]

"""Addresses of the editor of the order process."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.process import changes, views

urlpatterns = [
    path("", views.process, name="process"),
    path("changes", changes.change_rules, name="change_rules"),
    path("new", views.process_new, name="process_new"),
    path("<slug:code>/retire", views.process_retire, name="process_retire"),
    path("<slug:code>", views.process_step, name="process_step"),
    path("<slug:code>/preview", views.process_preview, name="process_preview"),
]

"""Addresses of calls."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.calls import extensions, views

urlpatterns = [
    path("", views.calls, name="calls"),
    path("pop", views.call_pop, name="call_pop"),
    path("backs/<int:call_back_id>", views.call_back_settle, name="call_back_settle"),
    path("extensions/<slug:box>", extensions.extensions, name="call_extensions"),
    path("<int:call_id>", views.call, name="call"),
    path("<int:call_id>/file", views.call_file, name="call_file"),
]

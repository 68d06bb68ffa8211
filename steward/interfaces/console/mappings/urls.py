"""Addresses of mappings."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.mappings import views

urlpatterns = [
    path("", views.mappings, name="mappings"),
    path("new", views.mapping_new, name="mapping_new"),
    path("<slug:code>", views.mapping, name="mapping"),
]

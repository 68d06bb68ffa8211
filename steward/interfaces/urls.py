"""All addresses of Steward."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("steward.interfaces.console.urls"))]

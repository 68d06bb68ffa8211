"""The one address of files."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.files import views

urlpatterns = [path("<str:token>", views.file, name="file")]

"""Addresses of payments."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.payments import views

urlpatterns = [path("callbacks", views.callbacks, name="payment_callbacks")]

"""Addresses that outside systems call."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.webhooks.payments import payment_callback

urlpatterns = [path("payments/<slug:provider>", payment_callback, name="payment_callback")]

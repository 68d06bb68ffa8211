"""Addresses that outside systems call."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.webhooks.messages import delivery_report
from steward.interfaces.webhooks.payments import payment_callback

urlpatterns = [
    path("messages/<slug:carrier>", delivery_report, name="delivery_report"),
    path("payments/<slug:provider>", payment_callback, name="payment_callback"),
]

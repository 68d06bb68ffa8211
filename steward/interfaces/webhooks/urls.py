"""Addresses that outside systems call."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.webhooks.channels import channel_call
from steward.interfaces.webhooks.messages import delivery_report
from steward.interfaces.webhooks.payments import payment_callback
from steward.interfaces.webhooks.phone import phone_events
from steward.interfaces.webhooks.tracking import tracking_report

urlpatterns = [
    path("channels/phone/<slug:code>", phone_events, name="phone_events"),
    path("channels/<slug:kind>/<slug:code>", channel_call, name="channel_call"),
    path("messages/<slug:carrier>", delivery_report, name="delivery_report"),
    path("payments/<slug:provider>", payment_callback, name="payment_callback"),
    path("tracking/<slug:source>", tracking_report, name="tracking_report"),
]

"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.messaging import (
    channels,
    delivery,
    hooks,
    mailboxes,
    notices,
    parked,
    preferences,
    texts,
)

urlpatterns = [
    path("", delivery.messages, name="messages"),
    path("development", delivery.development, name="messages_development"),
    path("<int:message_id>", delivery.message, name="message"),
    path("<int:message_id>/report", delivery.message_report, name="message_report"),
    path("<int:message_id>/decide", delivery.message_decide, name="message_decide"),
    path("customers/<int:customer_id>", preferences.customer_preferences, name="message_preferences"),
    path("texts", texts.message_texts, name="message_texts"),
    path("texts/<slug:kind>", texts.message_text, name="message_text"),
    path("texts/<slug:kind>/preview", texts.text_preview, name="text_preview"),
    path("texts/<slug:kind>/code", texts.text_code, name="text_code"),
    path("texts/<slug:kind>/sending", texts.kind_sending, name="kind_sending"),
    path("notices", notices.notice_list, name="notices"),
    path("notices/bell", notices.bell, name="bell"),
    path("notices/read", notices.read_all, name="notices_read"),
    path("notices/<int:notice_id>", notices.open_notice, name="notice"),
    path("channels", channels.channels, name="channels"),
    path("channels/new/<slug:kind>", channels.channel_new, name="channel_new"),
    path("channels/<slug:code>", channels.channel, name="channel"),
    path("channels/<slug:code>/switch", channels.channel_switch, name="channel_switch"),
    path("mailboxes", mailboxes.mailbox_list, name="mailboxes"),
    path("mailboxes/new", mailboxes.mailbox_new, name="mailbox_new"),
    path("mailboxes/<slug:code>", mailboxes.mailbox, name="mailbox"),
    path("mailboxes/<slug:code>/try", mailboxes.mailbox_try, name="mailbox_try"),
    path("parked", parked.parked_list, name="parked_mail"),
    path("parked/<int:parked_id>", parked.parked_one, name="parked_one"),
    path("webhooks", hooks.webhooks, name="webhooks"),
    path("webhooks/<int:endpoint_id>", hooks.webhook, name="webhook"),
    path("webhooks/<int:endpoint_id>/act", hooks.webhook_act, name="webhook_act"),
    path("webhooks/deliveries/<int:delivery_id>/resend", hooks.delivery_resend, name="delivery_resend"),
]

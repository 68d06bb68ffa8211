"""Seed the kinds of messages and notices with their texts in three languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

TEXTS = Path(__file__).with_name("first_texts.json")
# code: hours until it makes no sense any more
TO_BUYERS = {
    "order_received": 72,
    "order_paid": 72,
    "payment_reminder": 12,
    "order_cancelled": 168,
    "stock_offer": 72,
    "order_partly_shipped": 72,
    "order_shipped": 72,
    "order_out_for_delivery": 10,
    "order_delayed": 72,
    "order_delivered": 72,
    "refund_paid": 168,
}
TO_STAFF = {
    "clock_warned": 12,
    "clock_breached": 24,
    "clock_escalated": 24,
    "clock_taken_over": 24,
    "clock_handed_on": 24,
    "clock_left_over": 24,
    "holidays_missing": 24,
    "approval_asked": 48,
    "exception_opened": 24,
    "refund_stuck": 72,
    "refund_lapsed": 72,
    "stock_low": 72,
    "stock_differs": 72,
    "stock_expired": 72,
    "surge_called": 6,
    "webhook_disabled": 72,
}


def kinds() -> Iterator[Row]:
    """Let what buyers are told wait for the day; staff also see notices in the console."""
    for code, hours in TO_BUYERS.items():
        yield {"code": code, "channels": ["sms", "email"], "expires_after_h": hours, "waits_for_day": True}
    for code, hours in TO_STAFF.items():
        yield {"code": code, "channels": ["email"], "expires_after_h": hours, "waits_for_day": False}


def texts() -> Iterator[Row]:
    """Read the texts: code, channel, locale, subject and body."""
    read: list[dict[str, Any]] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return ({**text, "version": 1, "saved_by": "system:seed"} for text in read)


class Migration(migrations.Migration):
    """Kinds and texts."""

    dependencies: ClassVar = [("messaging", "0001_initial")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]

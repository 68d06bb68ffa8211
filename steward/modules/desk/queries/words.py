"""Words for tickets: states, priorities, urgencies, channels, queues, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES: Mapping[str, Any] = {
    "new": pgettext_lazy("ticket", "New"),
    "open": pgettext_lazy("ticket", "Open"),
    "waiting_customer": pgettext_lazy("ticket", "Waiting for the customer"),
    "waiting_third": pgettext_lazy("ticket", "Waiting for others"),
    "solved": pgettext_lazy("ticket", "Solved"),
    "closed": pgettext_lazy("ticket", "Closed"),
}
CLOSED_AS: Mapping[str, Any] = {
    "solved": pgettext_lazy("ticket", "Solved and closed"),
    "unanswered": pgettext_lazy("ticket", "Closed without an answer"),
    "merged": pgettext_lazy("ticket", "Merged"),
    "spam": pgettext_lazy("ticket", "Spam"),
}
PRIORITIES: Mapping[str, Any] = {
    "low": pgettext_lazy("priority", "Low"),
    "normal": pgettext_lazy("priority", "Normal"),
    "high": pgettext_lazy("priority", "High"),
    "urgent": pgettext_lazy("priority", "Urgent"),
}
URGENCIES: Mapping[str, Any] = {
    "normal": pgettext_lazy("ticket urgency", "Not urgent"),
    "urgent": pgettext_lazy("ticket urgency", "Urgent"),
}
CHANNELS: Mapping[str, Any] = {
    "email": pgettext_lazy("channel", "E-mail"),
    "sms": pgettext_lazy("channel", "Text message"),
    "chat": pgettext_lazy("channel", "Web chat"),
    "wechat": pgettext_lazy("channel", "WeChat"),
    "app": pgettext_lazy("channel", "App"),
    "web_form": pgettext_lazy("channel", "Web form"),
    "social": pgettext_lazy("channel", "Social media"),
    "counter": pgettext_lazy("channel", "Counter"),
    "phone": pgettext_lazy("channel", "Phone"),
}
HOLDERS: Mapping[str, Any] = {
    "bot": _("The assistant talks with them"),
    "waiting": _("Waits for a person"),
    "person": _("Talks with a person"),
}
QUEUES: Mapping[str, Any] = {
    "mine": pgettext_lazy("ticket queue", "Mine"),
    "unassigned": pgettext_lazy("ticket queue", "Nobody's"),
    "team": pgettext_lazy("ticket queue", "My team"),
    "active": pgettext_lazy("ticket queue", "All active"),
    "waiting": pgettext_lazy("ticket queue", "Waiting"),
    "snoozed": pgettext_lazy("ticket queue", "Snoozed"),
    "solved": pgettext_lazy("ticket queue", "Solved"),
    "closed": pgettext_lazy("ticket queue", "Closed"),
    "spam": pgettext_lazy("ticket queue", "Spam"),
}
VERBS: Mapping[str, Any] = {
    "take": _("Taken on"),
    "reply": _("Answered"),
    "hear": _("The customer wrote again"),
    "open": _("Goes on"),
    "wait_for_customer": _("Waits for the customer"),
    "wait_for_third": _("Waits for somebody else"),
    "solve": _("Solved"),
    "close": _("Closed"),
    "reopen": _("Opened again"),
    "reject": _("Rejected as spam"),
    "merge": _("Merged into another ticket"),
}
HANDS: Mapping[str, Any] = {
    "taken": _("%(name)s took it on"),
    "given": _("Handed over to %(name)s"),
    "routed": _("Assigned to %(name)s"),
    "escalated": _("Escalated to %(name)s"),
    "returned": _("Nobody has it any more"),
}
FACTS: Mapping[str, Any] = {
    "category": pgettext_lazy("ticket fact", "category"),
    "sub_reason": pgettext_lazy("ticket fact", "reason"),
    "urgency": pgettext_lazy("ticket fact", "urgency"),
    "priority": pgettext_lazy("ticket fact", "priority"),
    "special": pgettext_lazy("ticket fact", "special case"),
    "order_id": pgettext_lazy("ticket fact", "order"),
    "tags": pgettext_lazy("ticket fact", "tags"),
}
LINKS: Mapping[str, Any] = {
    "related": pgettext_lazy("ticket link", "related"),
    "duplicate": pgettext_lazy("ticket link", "duplicate"),
    "split": pgettext_lazy("ticket link", "split off"),
}
AUTHORS: Mapping[str, Any] = {
    "customer": pgettext_lazy("author of words", "Customer"),
    "staff": pgettext_lazy("author of words", "Colleague"),
    "bot": pgettext_lazy("author of words", "Bot"),
    "system": pgettext_lazy("author of words", "System"),
}
# The kinds of matters of the house (DSK-2).
CATEGORIES: Mapping[str, Any] = {
    "product_quality": pgettext_lazy("ticket category", "Product quality"),
    "logistics": pgettext_lazy("ticket category", "Logistics"),
    "order": pgettext_lazy("ticket category", "Order"),
    "payment": pgettext_lazy("ticket category", "Payment"),
    "customer_service": pgettext_lazy("ticket category", "Customer service"),
    "technical_support": pgettext_lazy("ticket category", "Technical support"),
    "user_operation": pgettext_lazy("ticket category", "Use of the shop"),
}


def word(table: Mapping[str, Any], code: str) -> str:
    """Name a code; an unknown one stands for itself."""
    return str(table.get(code, code))

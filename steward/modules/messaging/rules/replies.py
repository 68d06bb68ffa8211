"""Answers people write: on which channels they can leave, and where they go to."""

from __future__ import annotations

from collections.abc import Mapping

from steward.modules.messaging.rules.channels import Sender

# The kind under which answers stand in the outbox. No template makes their text, nobody switches them off: they answer.
REPLY = "reply"
LONGEST_SUBJECT = 200
# By which carriers an answer may leave for a conversation's channel, the first that has an address counts. In apps it
# is read where it was written and needs no carrier.
WAYS: Mapping[str, tuple[str, ...]] = {
    "email": ("email",),
    "sms": ("sms",),
    "wechat": ("wechat",),
    "social": ("social",),
    "web_form": ("email", "sms"),
    "chat": ("chat",),
    "counter": ("sms", "email"),
    "phone": ("sms", "email"),
}


def addresses_of(sender: Sender | None, *, phone: str, email: str) -> dict[str, str]:
    """Say by which carriers somebody can be reached: as whoever wrote, else as the customer is known."""
    known = {
        "email": (sender.email if sender else "") or email,
        "sms": (sender.phone if sender else "") or phone,
        "wechat": sender.external_value if sender and sender.external_kind.startswith("wechat") else "",
        "social": sender.external_value if sender else "",
        "chat": sender.external_value if sender and sender.external_kind == "chat" else "",
    }
    return {carrier: address for carrier, address in known.items() if address}

"""Texts a carrier has approved: which of its codes stands for which of our kinds of message in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steward.modules.messaging.ports import Sms


def read_codes(pairs: Sequence[str]) -> dict[str, str]:
    """Read `order_received/zh-hans=SMS_1` pairs; the language may be left out. Raises: ValueError."""
    codes = {}
    for pair in pairs:
        name, equals, code = pair.partition("=")
        if not (name.strip() and equals and code.strip()):
            raise ValueError(f"STEWARD_SMS_TEMPLATES has “{pair}”: write KIND/LANGUAGE=CODE, e.g. order_paid/en=SMS_9.")
        codes[name.strip()] = code.strip()
    return codes


def code_for(sms: Sms, codes: Mapping[str, str]) -> str:
    """Find the carrier's code of a message's text; empty where it has none."""
    return codes.get(f"{sms.template}/{sms.locale}") or codes.get(sms.template, "")

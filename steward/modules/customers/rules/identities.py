"""Ways to know a buyer: what kinds there are, how a value is compared, shown and proved."""

from __future__ import annotations

import re

from steward.modules.customers.rules.phones import canonical_email, check_phone

# A kind is a word, and where the value means nothing without it also the account it came by: "shop:tmall".
PHONE, EMAIL, SHOP = "phone", "email", "shop"
CHANNELS = ("wechat", "chat", "app", "social", "member")
BY_HAND = (PHONE, EMAIL, SHOP, *CHANNELS)
KIND = re.compile(r"^[a-z][a-z_]{1,11}(:[A-Za-z0-9_.@-]{1,27})?$")
LONGEST_VALUE = 200
# How somebody proved that a value is theirs: by a code sent there, on the phone, by its channel, by a document.
PROOFS = ("code", "call", "channel", "document")


def group_of(kind: str) -> str:
    """Tell what rules call a kind: phone, email, shop, or channel for everything else."""
    word = kind.partition(":")[0]
    return word if word in (PHONE, EMAIL, SHOP) else "channel"


def canonical(kind: str, value: str) -> str:
    """Bring a typed value to the form it is compared in; "" for what is none of its kind."""
    value = value.strip()
    if not KIND.match(kind) or kind.partition(":")[0] not in BY_HAND or not value or len(value) > LONGEST_VALUE:
        return ""
    if kind == PHONE:
        return check_phone(value).e164 or ""
    if kind == EMAIL:
        return canonical_email(value) or ""
    if kind.partition(":")[0] in (PHONE, EMAIL) or kind == SHOP:
        return ""
    return value if value.isprintable() else ""

"""What kinds, proofs and rules are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Mapping[str, Any] = {
    "phone": _("Phone"),
    "email": _("E-mail"),
    "shop": pgettext_lazy("identity", "Shop account"),
    "wechat": pgettext_lazy("identity", "WeChat"),
    "chat": pgettext_lazy("identity", "Web chat"),
    "app": pgettext_lazy("identity", "App account"),
    "social": pgettext_lazy("identity", "Social media"),
    "member": pgettext_lazy("identity", "Membership"),
}
ICONS: Mapping[str, str] = {
    "phone": "phone",
    "email": "mail",
    "shop": "building-store",
    "wechat": "brand-wechat",
    "chat": "message-circle",
    "app": "device-mobile",
    "social": "share",
    "member": "id-badge-2",
}
PROOFS: Mapping[str, Any] = {
    "code": pgettext_lazy("proof", "by a code sent there"),
    "call": pgettext_lazy("proof", "on the phone"),
    "channel": pgettext_lazy("proof", "by the channel itself"),
    "document": pgettext_lazy("proof", "by a document"),
}
ACTS: Mapping[str, Any] = {
    "propose": pgettext_lazy("merge rule", "propose, a person decides"),
    "do": pgettext_lazy("merge rule", "merge at once"),
}
RULES: Mapping[str, Any] = {
    "same-shop-buyer": _("Same account of a shop"),
    "same-channel-account": _("Same account of a channel (WeChat, chat, app …)"),
    "same-verified-phone": _("Same phone, verified for both"),
    "same-verified-email": _("Same e-mail, verified for both"),
    "same-phone": _("Same phone"),
    "same-email": _("Same e-mail"),
}
PROPOSAL_STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("proposal", "To decide"),
    "merged": pgettext_lazy("proposal", "Merged"),
    "refused": pgettext_lazy("proposal", "Not the same"),
}


def kind(code: str) -> str:
    """Name a kind of identity, with the account it came by: “Shop account tmall”."""
    word, _colon, account = code.partition(":")
    label = str(KINDS.get(word, word))
    return f"{label} · {account}" if account else label


def icon(code: str) -> str:
    """Name the icon of a kind of identity."""
    return ICONS.get(code.partition(":")[0], "user-circle")


def rule(code: str) -> str:
    """Name a rule of merging; "" is somebody's own judgement."""
    return str(RULES.get(code, code)) if code else str(_("By hand"))

"""Watched mailboxes: what a row needs, the address that brings an answer back, which letters go round in circles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from msgspec import Struct

from steward.modules.messaging.rules.channels import TOKEN

SECURITIES = ("tls", "starttls", "none")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@+]{1,64}@[A-Za-z0-9.-]{1,253}")
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}")


class MailboxDraft(Struct, frozen=True, kw_only=True):
    """A mailbox as somebody wants it. An empty password keeps the one that is known."""

    code: str
    address: str
    host: str
    port: int = 993
    security: str = "tls"
    login: str = ""
    password: str = ""
    folder: str = "INBOX"
    done_folder: str = ""
    shop_code: str = ""
    has_plus: bool = True
    takes_old: bool = False
    order_mapping: str = ""
    order_senders: str = ""
    active: bool = True


def faults(draft: MailboxDraft, *, shops: Collection[str], has_password: bool) -> Iterator[tuple[str, str]]:
    """Yield field and code of what keeps a draft from being a mailbox."""
    if not CODE.fullmatch(draft.code):
        yield "code", "ill_formed"
    if not ADDRESS.fullmatch(draft.address):
        yield "address", "ill_formed"
    if not HOST.fullmatch(draft.host):
        yield "host", "ill_formed"
    if not 1 <= draft.port <= 65_535:
        yield "port", "out_of_range"
    if draft.security not in SECURITIES:
        yield "security", "unknown"
    if not draft.login:
        yield "login", "missing"
    if not draft.password and not has_password:
        yield "password", "missing"
    if not draft.folder:
        yield "folder", "missing"
    if draft.folder and draft.folder == draft.done_folder:
        yield "done_folder", "same_folder"
    if draft.shop_code and draft.shop_code not in shops:
        yield "shop_code", "unknown"
    if draft.order_mapping and not draft.shop_code:
        yield "shop_code", "missing"
    if draft.order_mapping and not draft.order_senders.split():
        yield "order_senders", "missing"
    if any("@" not in one for one in draft.order_senders.split()):
        yield "order_senders", "ill_formed"


def plus_address(address: str, token: str) -> str:
    """Write the address an answer comes back to, with the token that names its conversation. Source: RFC 5233."""
    local, _at, domain = address.partition("@")
    return f"{local}+{token}@{domain}"


def reply_token(receivers: Iterable[str], own: Collection[str]) -> str:
    """Find the token in one of the addresses a letter went to; `own` are our addresses in lower case."""
    for receiver in receivers:
        local, _at, domain = receiver.partition("@")
        name, plus, token = local.partition("+")
        if plus and f"{name}@{domain}" in own and TOKEN.fullmatch(token):
            return token
    return ""


def is_own(address: str, own: Collection[str]) -> bool:
    """Tell whether a letter comes from one of our own addresses, with a token or without."""
    local, _at, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}" in own


def may_order(address: str, allowed: str) -> bool:
    """Tell whether tables from an address become orders: it is named, or its domain is (`@erp.example`)."""
    known = allowed.lower().split()
    _local, at, domain = address.lower().partition("@")
    return bool(at) and (address.lower() in known or f"@{domain}" in known)


def message_keys(refs: Iterable[str]) -> list[str]:
    """List the keys of our own messages among the ids of letters: we call a letter `<key@our domain>`."""
    keys: dict[str, None] = {}
    for ref in refs:
        local = ref.strip("<>").partition("@")[0]
        try:
            keys[str(UUID(local))] = None
        except ValueError:
            continue
    return list(keys)


def too_many(counts: Mapping[bytes, int], sender: bytes | None, *, most: int) -> bool:
    """Tell whether a sender wrote as often as anybody may within the hour."""
    return sender is not None and counts.get(sender, 0) >= most

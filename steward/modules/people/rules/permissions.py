"""What can be permitted, and what must never be given away."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

ALL = "*"
GIVES_PERMISSIONS = "settings.roles"
OWN_ACCOUNT = "people.own_account"
TOKEN_MARK = "stw_"  # noqa: S105  (a prefix people recognise, no secret)
TOKEN_BYTES = 32
PREFIX_LENGTH = 12

LOCALES = ("zh-hans", "zh-hant", "en")
THEMES = ("auto", "light", "dark")
# Which notices also go out by e-mail; in the console all of them appear.
NOTIFY_EMAIL = ("all", "urgent", "none")

AREAS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        "orders.view",
        "orders.enter",
        "orders.mend",
        "orders.advance",
        "orders.audit",
        "orders.cancel",
        "orders.import",
        "orders.mappings",
        "orders.reveal",
        "orders.offer",
        "orders.screen",
        "orders.screening_rules",
        "orders.exceptions",
        "orders.exception_rules",
        "orders.process",
        "orders.change",
        "orders.do_steps",
    ),
    "catalog": ("catalog.edit",),
    "stock": (
        "stock.view",
        "stock.move",
        "stock.purchase",
        "stock.count",
        "stock.stocktake",
        "stock.plan",
        "stock.write_off",
        "stock.costs",
    ),
    "fulfilment": ("fulfilment.view", "fulfilment.allocate", "fulfilment.policy"),
    "logistics": (
        "logistics.carriers",
        "logistics.quote",
        "logistics.choose",
        "logistics.view",
        "logistics.ship",
        "logistics.track",
    ),
    "payments": (
        "payments.view",
        "payments.record",
        "payments.cards",
        "payments.refund",
        "payments.approve",
        "payments.reconcile",
        "payments.wallets",
        "payments.wallet_terms",
    ),
    "deadlines": ("deadlines.clocks",),
    "approvals": ("approvals.view", "approvals.decide"),
    "returns": (
        "returns.view",
        "returns.request",
        "returns.decide",
        "returns.receive",
        "returns.inspect",
        "returns.repair",
        "returns.refund",
        "returns.policies",
        "returns.compensate",
        "returns.budgets",
    ),
    "desk": ("tickets.view", "tickets.work", "tickets.manage", "tickets.supervise"),
    "customers": (
        "customers.view",
        "customers.reveal",
        "customers.edit",
        "customers.merge",
        "customers.merge_rules",
        "customers.erase",
        "customers.terms",
    ),
    "stations": ("stations.view", "stations.book", "stations.counter", "stations.manage"),
    "incidents": ("incidents.view", "incidents.surge", "incidents.plans"),
    "messaging": (
        "messaging.view",
        "messaging.retry",
        "messaging.preferences",
        "messaging.templates",
        "messaging.webhooks",
        "messaging.channels",
        "messaging.hand_in",
        "messaging.mailboxes",
    ),
    "jobs": ("jobs.view", "jobs.rerun"),
    "people": ("people.view", "people.teams", "people.roster", "people.approve", "people.calendars"),
    "settings": (
        "settings.parameters",
        "settings.policies",
        "settings.desk",
        "settings.staff",
        "settings.roles",
        "settings.tokens",
        "settings.audit",
        ALL,
    ),
}
# What only parts of the system do, as their own actors; no role can be given it.
OF_THE_SYSTEM = frozenset(
    {
        "approvals.expire",
        "customers.enter",
        "deadlines.sweep",
        "desk.classify",
        "desk.take_in",
        "incidents.watch",
        "messaging.deliver",
        "messaging.receive",
        "payments.callback",
        "payments.work",
        "stock.book_counts",
        "stock.expire",
        "stock.follow",
        "stations.sweep",
    }
)
PERMISSIONS: frozenset[str] = frozenset(code for codes in AREAS.values() for code in codes)


def unknown_permissions(codes: Iterable[str]) -> list[str]:
    """List the codes that are not in the catalogue."""
    return sorted(set(codes) - PERMISSIONS)


def beyond(held: Collection[str], given: Iterable[str]) -> list[str]:
    """List the permissions somebody would give without holding them: nobody gives more than they have."""
    return [] if ALL in held else sorted(set(given) - set(held))


def can_give_permissions(held: Collection[str]) -> bool:
    """Tell whether somebody with these permissions is an administrator: they can give permissions to others."""
    return ALL in held or GIVES_PERMISSIONS in held


def new_secret() -> str:
    """Draw the secret of a token; it is shown once and kept nowhere."""
    return TOKEN_MARK + secrets.token_urlsafe(TOKEN_BYTES)


def secret_hash(secret: str) -> bytes:
    """Hash a token's secret; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def is_token_live(*, expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Tell whether a token still opens anything."""
    return revoked_at is None and (expires_at is None or now < expires_at)

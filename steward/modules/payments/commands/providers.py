"""Register who may call back about money, for which shops, and how they are reached."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, secrets_box
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.payments import queries
from steward.modules.payments.events import ProviderConnected, ProviderRegistered
from steward.modules.payments.models import Provider, ProviderShop
from steward.modules.payments.queries import SECRET_PURPOSE
from steward.modules.payments.rules.statement_mapping import mapped

PREFIX = "whsec_"
SHORTEST_BYTES = 24
LONGEST_BYTES = 64
KNOWN_CONNECTORS = ("", "signed_http")


class BadSecret(errors.Refusal):
    """Refuse a secret that cannot sign callbacks."""

    code = "bad_secret"
    status = 422
    message = _(
        "A callback secret is %(shortest)s to %(longest)s bytes in base64, with or without “whsec_” before it. "
        "Leave it empty to have one made."
    )


class NoShop(errors.Refusal):
    """Refuse a provider that serves no shop, or one nobody knows."""

    code = "provider_without_shop"
    status = 422
    message = _("Name at least one shop the provider serves; there is no shop “%(shop)s”.")


class BadMapping(errors.Refusal):
    """Refuse a mapping of statements that makes no sense."""

    code = "bad_mapping"
    status = 422
    message = _("The mapping of statements does not fit: %(fault)s.")


class BadConnection(errors.Refusal):
    """Refuse an address that leads nowhere, or that would send keys in the clear."""

    code = "bad_connection"
    status = 422
    message = _(
        "“%(address)s” cannot be a provider's address: it begins with https:// (on this machine with http://127.0.0.1)."
    )


@command(needs="settings.tokens")
def register_provider(actor: Actor, *, code: str, name: str, shops: Sequence[str], secret: str = "") -> str:
    """Let a payment provider call back about the orders of some shops, or replace its name, shops and secret.

    Returns the secret the provider signs with (made here when none is given); it is shown this once and kept sealed.
    Raises: BadSecret, NoShop. Emits: ProviderRegistered.
    """
    key = _decoded(secret) if secret else secrets.token_bytes(SHORTEST_BYTES)
    known = catalog.shops_by_code()
    strange = [shop for shop in shops if shop not in known or not actor.covers(shop)]
    if strange or not shops:
        raise NoShop(shop=strange[0] if strange else "")
    provider, created = Provider.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "active": True,
            "sealed_secret": secrets_box.seal_with_master(key, purpose=SECRET_PURPOSE),
        },
    )
    bound = sorted(set(shops))
    provider.bindings.all().delete()
    ProviderShop.objects.bulk_create(ProviderShop(provider=provider, shop_id=known[shop].id) for shop in bound)
    registered = ProviderRegistered(provider_id=provider.id, code=code, name=name, replaced=not created, shops=bound)
    log.record(actor, [registered])
    return PREFIX + base64.b64encode(key).decode()


@command(needs="settings.tokens")
def connect_provider(
    actor: Actor, *, code: str, connector: str, address: str, statement_mapping: dict[str, Any] | None = None
) -> None:
    """Name how a provider is reached for refunds and statements, and how its statements' files are read.

    Without a connector refunds are paid by hand. Raises: NotFound, BadConnection, BadMapping.
    Emits: ProviderConnected.
    """
    if connector not in KNOWN_CONNECTORS or (connector and not _is_safe(address)):
        raise BadConnection(address=address)
    provider = Provider.objects.select_for_update().filter(code=code).first()
    if provider is None or not all(actor.covers(shop) for shop in queries.get_provider(code).shops):
        raise errors.NotFound(key=code)
    if statement_mapping is not None:
        try:
            mapped(dict(statement_mapping))
        except (ValueError, TypeError) as error:
            raise BadMapping(fault=str(error)[:200]) from error
        provider.statement_mapping = dict(statement_mapping)
    provider.connector, provider.address = connector, address if connector else ""
    provider.save(update_fields=["connector", "address", "statement_mapping"])
    connected = ProviderConnected(provider_id=provider.id, connector=connector, address=provider.address)
    log.record(actor, [connected])


def _is_safe(address: str) -> bool:
    """Tell whether requests to an address stay secret: over TLS, or on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    at_home = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or at_home) and not parts.username


def _decoded(secret: str) -> bytes:
    """Read a Standard Webhooks secret. Raises: BadSecret. Source: Standard Webhooks, “Signature scheme”."""
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not SHORTEST_BYTES <= len(key) <= LONGEST_BYTES:
        raise BadSecret(shortest=SHORTEST_BYTES, longest=LONGEST_BYTES)
    return key

"""Say how a provider is reached, keep its keys, and look whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, ports, secrets_box
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries
from steward.modules.payments.events import ProviderConnected
from steward.modules.payments.models import Provider, Refund
from steward.modules.payments.ports import Access, Answer, GatewayOpener, RefundOrder
from steward.modules.payments.queries import KEYS_PURPOSE
from steward.modules.payments.rules import connecting as rules
from steward.modules.payments.rules.statement_mapping import mapped

# A refund nobody ever asked for: who answers that there is none knows us, and we know the answer.
NOBODYS = RefundOrder(key="RF-0000-000000", payment="0000000000000000", amount_minor=1, currency="CNY")


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


UNDER_WAY = ("sending", "unknown", "pending")


class RefundsUnderWay(errors.Refusal):
    """Refuse another way to a provider whose answer about a refund is still owed."""

    code = "refunds_under_way"
    status = 409
    message = _(
        "Refund %(number)s is still under way at this provider. Wait until its fate is known, then change this."
    )


@command(needs="settings.tokens")
def connect_provider(
    actor: Actor,
    *,
    code: str,
    connector: str,
    address: str,
    statement_mapping: dict[str, Any] | None = None,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Name how a provider is reached for refunds and statements, and how its statements' files are read.

    Without a connector refunds are paid by hand; without an address it is the usual one of its kind. `fields` are what
    the kind needs (rules/connecting.py); a key left empty stays as it is. Raises: NotFound, BadConnection, BadMapping,
    BadInput, UnfitKey. Emits: ProviderConnected. Locks: the provider.
    """
    address = address.strip() or (rules.CONNECTORS[connector].address if connector in rules.CONNECTORS else "")
    if connector not in ("", *rules.CONNECTORS) or (connector and not _is_safe(address)):
        raise BadConnection(address=address)
    provider = Provider.objects.select_for_update().filter(code=code).first()
    if provider is None or not all(actor.covers(shop) for shop in queries.get_provider(code).shops):
        raise errors.NotFound(key=code)
    _refuse_while_open(provider, connector, address)
    if statement_mapping is not None:
        try:
            mapped(dict(statement_mapping))
        except (ValueError, TypeError) as error:
            raise BadMapping(fault=str(error)[:200]) from error
        provider.statement_mapping = dict(statement_mapping)
    _keep_fields(provider, connector, address, {name: value.strip() for name, value in (fields or {}).items()})
    provider.connector, provider.address = connector, address if connector else ""
    provider.checked_at, provider.check_fault = None, ""
    provider.down_count, provider.down_since, provider.probe_at = 0, None, None
    provider.save()
    connected = ProviderConnected(provider_id=provider.id, connector=connector, address=provider.address)
    log.record(actor, [connected])


def ask_for_nothing(code: str) -> Answer:
    """Ask a provider about a refund that never was, outside any transaction: who knows of none works. Raises: NotFound.

    Its answer is `absent` where all is well; else its code says what is wrong.
    """
    known = queries.get_provider(code)
    if not known.connector:
        return Answer(fate="unclear", code="provider_not_connected")
    opener: GatewayOpener = ports.bound(f"payments.gateway.{known.connector}")
    return opener(queries.provider_access(known)).find_refund(NOBODYS)


@command(needs="settings.tokens")
def note_check(actor: Actor, *, code: str, answer: Answer, now: datetime) -> str:
    """Note how a provider answered when somebody looked. Returns what is wrong, or an empty text. Raises: NotFound."""
    provider = Provider.objects.select_for_update().filter(code=code).first()
    if provider is None or not all(actor.covers(shop) for shop in queries.get_provider(code).shops):
        raise errors.NotFound(key=code)
    provider.checked_at = now
    provider.check_fault = "" if answer.fate == "absent" else (answer.code or answer.fate)[:80]
    provider.save(update_fields=["checked_at", "check_fault"])
    return provider.check_fault


def _refuse_while_open(provider: Provider, connector: str, address: str) -> None:
    """Refuse another way to a provider while one of its refunds may be under way: the new one knows nothing of it."""
    if (provider.connector, _place(provider.address)) == (connector, _place(address)):
        return
    under_way = Refund.objects.filter(provider=provider.code, simulated=False, state__in=UNDER_WAY)
    if number := under_way.order_by("id").values_list("number", flat=True).first():
        raise RefundsUnderWay(number=number)


def _place(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


def _keep_fields(provider: Provider, connector: str, address: str, given: Mapping[str, str]) -> None:
    """Keep what a kind of provider needs, its keys sealed. Raises: BadInput, UnfitKey."""
    is_same = provider.connector == connector and _place(provider.address) == _place(address)
    known = queries.provider_keys(provider.id) if is_same else {}  # a key goes nowhere but where it was given for
    if not connector:
        provider.settings, provider.sealed_keys = {}, None
        return
    if found := rules.faults(connector, given, known):
        raise errors.BadInput(
            [{"field": name, "code": why, "message": str(_words(why))} for name, why in found.items()]
        )
    fields = rules.CONNECTORS[connector].fields
    provider.settings = {one.name: given[one.name] for one in fields if not one.secret and given.get(one.name)}
    keys = {one.name: given.get(one.name) or known.get(one.name, "") for one in fields if one.secret}
    provider.sealed_keys = secrets_box.seal_with_master(msgspec.json.encode(keys), purpose=KEYS_PURPOSE)
    opener: GatewayOpener = ports.bound(f"payments.gateway.{connector}")
    secret = queries.provider_secret(provider.id)
    opener(Access(code=provider.code, address=address, secret=secret, fields=provider.settings | keys))


def _words(why: rules.Fault) -> Any:
    return _("This is needed.") if why == "missing" else _("This is too long.")


def _is_safe(address: str) -> bool:
    """Tell whether requests to an address stay secret: over TLS, or on this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    at_home = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or at_home) and not parts.username

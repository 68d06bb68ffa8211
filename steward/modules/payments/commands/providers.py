"""Register who may call back about money, and for which shops."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, secrets_box
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.payments.events import ProviderRegistered
from steward.modules.payments.models import Provider, ProviderShop
from steward.modules.payments.queries import SECRET_PURPOSE

PREFIX = "whsec_"
SHORTEST_BYTES = 24
LONGEST_BYTES = 64


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
    served = ProviderShop.objects.filter(provider__code=code).values_list("shop__code", flat=True)
    if foreign := next((shop for shop in served if not actor.covers(shop)), ""):
        raise NoShop(shop=foreign)
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

"""Register who may call back about money."""

from __future__ import annotations

import base64
import binascii
import secrets

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, secrets_box
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.events import ProviderRegistered
from steward.modules.payments.models import Provider
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


@command(needs="settings.tokens")
def register_provider(actor: Actor, *, code: str, name: str, secret: str = "") -> str:
    """Let a payment provider call back from now on, or replace its name and secret.

    Returns the secret the provider signs with (made here when none is given); it is shown this once and kept sealed.
    Raises: BadSecret. Emits: ProviderRegistered.
    """
    key = _decoded(secret) if secret else secrets.token_bytes(SHORTEST_BYTES)
    provider, created = Provider.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "active": True,
            "sealed_secret": secrets_box.seal_with_master(key, purpose=SECRET_PURPOSE),
        },
    )
    log.record(actor, [ProviderRegistered(provider_id=provider.id, code=code, name=name, replaced=not created)])
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

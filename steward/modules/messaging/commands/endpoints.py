"""Keep webhook endpoints: where somebody wants to hear of events, and the secret they recognise us by."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, parameters, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.events import EndpointChanged
from steward.modules.messaging.models import Delivery, Endpoint
from steward.modules.messaging.queries.endpoints import SECRET_PURPOSE
from steward.modules.messaging.rules import webhooks

MANAGE = "messaging.webhooks"
SECRET_BYTES = 24
OLD_SECRET_H = parameters.define(
    "messaging.webhook_old_secret_h",
    24,
    unit="h",
    label=gettext_lazy("Hours webhooks are also signed with the replaced secret"),
    minimum=0,
    maximum=720,
)
NOW_PLACE = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text || '-0'"


class Secret(Struct, frozen=True):
    """A new secret of an endpoint, which is never seen again."""

    endpoint_id: int
    secret: str


@command(needs=MANAGE)
def create_endpoint(actor: Actor, *, url: str, kinds: Collection[str], description: str = "") -> Secret:
    """Call an address of every event of some kinds (none: all that are offered) from now on.

    Raises: BadInput. Emits: EndpointChanged.
    """
    _check(url, kinds)
    secret = _new_secret()
    with connection.cursor() as cursor:
        cursor.execute(NOW_PLACE)
        place = str(cursor.fetchone()[0])
    row = Endpoint.objects.create(
        url=url,
        kinds=sorted(set(kinds)),
        description=description.strip()[:120],
        sealed_secret=_sealed(secret),
        cursor=place,
    )
    _announce(actor, row, "created")
    return Secret(row.id, secret)


@command(needs=MANAGE)
def change_endpoint(actor: Actor, *, endpoint_id: int, url: str, kinds: Collection[str], description: str = "") -> None:
    """Change where an endpoint is called, and of what. Raises: NotFound, BadInput. Emits: EndpointChanged."""
    row = _locked(endpoint_id)
    _check(url, kinds)
    row.url, row.kinds, row.description = url, sorted(set(kinds)), description.strip()[:120]
    row.save(update_fields=["url", "kinds", "description"])
    _announce(actor, row, "changed")


@command(needs=MANAGE)
def rotate_secret(actor: Actor, *, endpoint_id: int, now: datetime) -> Secret:
    """Give an endpoint a new secret; for some hours every webhook carries both signatures.

    Raises: NotFound. Emits: EndpointChanged. Source: Standard Webhooks, zero downtime secret rotation.
    """
    row = _locked(endpoint_id)
    secret = _new_secret()
    row.sealed_old_secret, row.sealed_secret = row.sealed_secret, _sealed(secret)
    row.old_secret_until = now + timedelta(hours=parameters.value(OLD_SECRET_H))
    row.save(update_fields=["sealed_old_secret", "sealed_secret", "old_secret_until"])
    _announce(actor, row, "secret_rotated")
    return Secret(row.id, secret)


@command(needs=MANAGE)
def switch_endpoint(actor: Actor, *, endpoint_id: int, active: bool, now: datetime) -> None:
    """Switch an endpoint on or off; what happens while it is off is sent once it is on again.

    Raises: NotFound. Emits: EndpointChanged.
    """
    row = _locked(endpoint_id)
    if row.active == active:
        return
    row.active, row.disabled_reason = active, ""
    row.disabled_at = None if active else now
    row.save(update_fields=["active", "disabled_reason", "disabled_at"])
    if active:
        Delivery.objects.filter(endpoint=row, state="failed", settled_at__isnull=False).update(
            state="waiting", attempts=0, due_at=now, settled_at=None
        )
    _announce(actor, row, "switched_on" if active else "switched_off")


@command(needs=MANAGE)
def delete_endpoint(actor: Actor, *, endpoint_id: int) -> None:
    """Forget an endpoint and its deliveries. Raises: NotFound. Emits: EndpointChanged."""
    row = _locked(endpoint_id)
    _announce(actor, row, "deleted")
    row.delete()


@command(needs=MANAGE)
def resend_delivery(actor: Actor, *, delivery_id: int, now: datetime) -> None:
    """Send one event to its endpoint again, under the same webhook-id. Raises: NotFound."""
    sent = Delivery.objects.filter(id=delivery_id).exclude(state="sending")
    if not sent.update(state="waiting", attempts=0, due_at=now, settled_at=None):
        raise errors.NotFound(key=delivery_id)


def _locked(endpoint_id: int) -> Endpoint:
    row = Endpoint.objects.select_for_update().filter(id=endpoint_id).first()
    if row is None:
        raise errors.NotFound(key=endpoint_id)
    return row


def _check(url: str, kinds: Collection[str]) -> None:
    """Refuse an address that cannot be one and kinds that are not offered, all at once."""
    findings: list[dict[str, Any]] = []
    if fault := webhooks.url_fault(url, private_allowed=settings.WEBHOOKS_PRIVATE):
        findings.append({"field": "url", "code": fault, "message": _url_words(fault)})
    unknown = [kind for kind in kinds if kind not in events.kinds() or not webhooks.is_offered(kind)]
    if unknown:
        message = _("There is no such kind of event: %(kinds)s.") % {"kinds": ", ".join(unknown)}
        findings.append({"field": "kinds", "code": "unknown_kind", "message": message})
    if findings:
        raise errors.BadInput(findings)


def _url_words(fault: webhooks.UrlFault) -> str:
    if fault == "not_https":
        return _("Use an address that begins with https://.")
    if fault == "with_password":
        return _("Leave user name and password out of the address; the signature proves who calls.")
    return _("Give the whole address, e.g. https://erp.example/steward.")


def _new_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _sealed(secret: str) -> bytes:
    return secrets_box.seal_with_master(secret.encode(), purpose=SECRET_PURPOSE)


def _announce(actor: Actor, row: Endpoint, what: str) -> None:
    events.record(actor, [EndpointChanged(endpoint_id=row.id, what=what, url=row.url, kinds=row.kinds)])

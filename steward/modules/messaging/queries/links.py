"""Make and read the links that customers hold instead of signing in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters, secrets_box
from steward.modules.messaging.models import LinkRevocation
from steward.modules.messaging.rules import signed_links
from steward.modules.messaging.rules.signed_links import PATH, SignedLink

KEY_PURPOSE = "messaging.signed_links"
LINK_DAYS = parameters.define(
    "messaging.link_days",
    60,
    unit="days",
    label=_("Days a link in a message stays open"),
    minimum=1,
    maximum=730,
)


class LinkBroken(errors.Refusal):
    """Refuse a link that we did not make, or that was changed on the way."""

    code = "link_broken"
    status = 404
    message = _("This link is incomplete. Open it from the message again, or copy all of it.")


class LinkExpired(errors.Refusal):
    """Refuse a link after its end."""

    code = "link_expired"
    status = 410
    message = _("This link has expired. Use the newest message we sent you, or ask us for a new one.")


class LinkWithdrawn(errors.Refusal):
    """Refuse a link that was taken back."""

    code = "link_withdrawn"
    status = 410
    message = _("This link was replaced by a newer one. Use the newest message we sent you.")


def portal_link(purpose: str, subject_id: int, *, expires_at: datetime, now: datetime, path: str = PATH) -> str:
    """Make the address that opens one thing to who holds it. Raises: ValueError for a purpose that is no code."""
    keys = secrets_box.derived_keys(KEY_PURPOSE)
    made = signed_links.token(purpose, subject_id, issued_at=now, expires_at=expires_at, keys=keys)
    return f"{settings.PUBLIC_URL}{path}{made}"


def usual_end(now: datetime) -> datetime:
    """Return when a link made now ends, unless somebody says otherwise."""
    return now + timedelta(days=parameters.value(LINK_DAYS))


def read_link(token: str, *, now: datetime, purposes: Collection[str] = ()) -> SignedLink:
    """Read what a link opens; `purposes` narrows to those a page serves. What was done with it before, the page knows.

    Raises: LinkBroken, LinkExpired, LinkWithdrawn.
    """
    reading = signed_links.read(token, keys=secrets_box.derived_keys(KEY_PURPOSE), now=now)
    link = reading.link
    if link is None or (purposes and link.purpose not in purposes):
        raise LinkBroken
    if reading.fault == "expired":
        raise LinkExpired
    withdrawn = LinkRevocation.objects.filter(
        purpose=link.purpose, subject_id=link.subject_id, revoked_at__gte=link.issued_at
    )
    if withdrawn.exists():
        raise LinkWithdrawn
    return link

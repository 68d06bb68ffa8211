"""Post signed webhooks, only to where they may go."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.webhook_poster.poster import HttpPoster


def connected() -> HttpPoster:
    """Return what posts webhooks here."""
    return HttpPoster(private_allowed=settings.WEBHOOKS_PRIVATE)

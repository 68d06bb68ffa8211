"""Take signed links back."""

from __future__ import annotations

from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.modules.messaging.events import LinksRevoked
from steward.modules.messaging.models import LinkRevocation


def revoke_links(actor: Actor, *, purpose: str, subject_id: int, now: datetime) -> None:
    """Let no link of the purpose to the subject that was made until now open anything any more.

    A step of the caller's command, inside its transaction; links made later work. Emits: LinksRevoked.
    """
    LinkRevocation.objects.update_or_create(purpose=purpose, subject_id=subject_id, defaults={"revoked_at": now})
    events.record(actor, [LinksRevoked(link_subject_id=subject_id, purpose=purpose)])

"""Keep pictures and videos of a case in messaging's storage, looked at for viruses like any file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.modules.messaging.commands.storing import store_parts
from steward.modules.messaging.queries.attachments import attachments
from steward.modules.messaging.rules.channels import Part

RETURNS = system("returns")
NEEDS = ("returns.request", "returns.inspect", "returns.receive", "returns.repair")


class PhotoRefused(errors.Refusal):
    """Refuse a file that could not be kept."""

    code = "photo_refused"
    status = 422
    message = _("%(name)s cannot be kept. %(why)s")


def keep_photos(actor: Actor, *, parts: Sequence[Part], now: datetime) -> list[int]:
    """Keep files that go with a case; none is kept for use where one is refused. Called outside any transaction.

    Returns their ids. Raises: NotPermitted, PhotoRefused.
    """
    if not any(actor.may(permission) for permission in NEEDS):
        actor.require(NEEDS[0])
    ids = store_parts(RETURNS, parts=parts, now=now) if parts else []
    for file in attachments(ids) if ids else []:
        if file.refusal:
            raise PhotoRefused(name=file.filename, why=str(file.why))
    return ids

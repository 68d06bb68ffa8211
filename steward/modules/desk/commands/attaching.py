"""Keep the files that go out with an answer or stay with a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.modules.messaging.commands.storing import store_parts
from steward.modules.messaging.queries.attachments import attachments
from steward.modules.messaging.rules.channels import Part

DESK = system("desk")


class FileRefused(errors.Refusal):
    """Refuse to send a file that could not be kept."""

    code = "file_refused"
    status = 422
    message = _("%(name)s cannot be sent. %(why)s")


def attach_files(actor: Actor, *, parts: Sequence[Part], now: datetime) -> list[int]:
    """Keep files on their way out; none is kept for use where one is refused. Called outside any transaction.

    Returns their ids. Raises: NotPermitted, FileRefused.
    """
    actor.require("tickets.work")
    ids = store_parts(DESK, parts=parts, now=now) if parts else []
    for file in attachments(ids) if ids else []:
        if file.refusal:
            raise FileRefused(name=file.filename, why=str(file.why))
    return ids

"""Carry answers into a chat: an answer has left once it stands among what its visitor sees."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.kernel import moment
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.messaging.commands.chats import LineDraft, add_lines
from steward.modules.messaging.commands.triage import DELIVER, Ready
from steward.modules.messaging.models import ChatLine, ChatVisit
from steward.modules.messaging.ports import Receipt

CARRIER = "chat"
SYSTEM = system("messaging")


def reference_of(line_id: int) -> str:
    """Name a line to the outbox, for reports that it arrived."""
    return f"line:{line_id}"


class ChatCarrier:
    """Writes answers down for their visitor; the same answer twice is one line."""

    name = CARRIER
    is_idempotent = True
    leaves_the_house = False

    def send(self, ready: Ready) -> Receipt:
        """Hand one answer over."""
        return store_answer(SYSTEM, ready=ready)


@command(needs=DELIVER)
def store_answer(actor: Actor, *, ready: Ready) -> Receipt:
    """Put an answer among the lines of its visitor. Locks: the visit."""
    if ready.spoken is None:
        return Receipt("refused", detail=_("Only answers go out by this channel."))
    visit = ChatVisit.objects.select_for_update(of=("self",)).filter(key=ready.address).first()
    if visit is None:
        return Receipt("refused", detail=_("The visitor's chat was forgotten; write to them another way."))
    line = LineDraft(
        kind="staff" if ready.spoken.author else "bot",
        text=ready.spoken.text,
        who=ready.spoken.author,
        message_id=ready.message_id,
        attachment_ids=tuple(ready.spoken.attachment_ids),
    )
    seq = add_lines(visit, [line], moment.now())[0]
    line_id = ChatLine.objects.filter(visit=visit, seq=seq).values_list("id", flat=True).get()
    return Receipt("sent", reference=reference_of(line_id))

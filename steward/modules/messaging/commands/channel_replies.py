"""Carry answers back on the channel the question came by, by the very account it came by."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from steward.kernel import moment, ports
from steward.modules.messaging.commands.channel_tokens import Tokens
from steward.modules.messaging.commands.triage import Ready
from steward.modules.messaging.models import Attachment, Inbound
from steward.modules.messaging.ports import Receipt, Reply, ReplyCarrier, ReplyFile
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules.channels import Sender

# Whether a channel takes the same answer twice for one, by the channels that answers can leave by.
CARRIED = {"wechat": False, "social": True}


class BoxCarrier:
    """Hands answers to the account they belong to; what is needed for it is looked up at that moment."""

    leaves_the_house = True

    def __init__(self, kind: str) -> None:
        self.name = kind
        self.is_idempotent = CARRIED[kind]

    def send(self, ready: Ready) -> Receipt:
        """Hand one answer over."""
        spoken = ready.spoken
        if spoken is None:
            return Receipt("refused", detail=_("Only answers go out by this channel."))
        account = find_account(self.name, spoken.box)
        if account is None:
            return Receipt("refused", detail=_("The account “%(box)s” is switched off or gone.") % {"box": spoken.box})
        carrier: ReplyCarrier = ports.bound(f"messaging.reply.{self.name}")(account, Tokens(account.id))
        files = files_of(spoken.attachment_ids)
        if len(files) < len(spoken.attachment_ids):
            return Receipt(
                "refused", detail=_("A file cannot be sent: it was not kept, or not checked for viruses yet.")
            )
        return carrier.send(_reply(ready, files), now=moment.now())


def _reply(ready: Ready, files: tuple[ReplyFile, ...]) -> Reply:
    """Put together what a carrier needs: whom it answers, and when they last wrote to this account."""
    spoken = ready.spoken
    answered = Inbound.objects.filter(id=spoken.answers_id or 0).first() if spoken else None
    last = None
    if answered is not None and answered.sender_index is not None:
        heard = Inbound.objects.filter(
            sender_index=answered.sender_index, channel=answered.channel, box=answered.box
        ).order_by("-received_at")
        last = heard.values_list("sent_at", flat=True).first()
    return Reply(
        key=ready.key,
        to=Sender(external_kind=ready.channel, external_value=ready.address),
        text=ready.rendered.body,
        subject=ready.rendered.subject,
        files=files,
        last_heard_at=last,
        answers=answered.external_id if answered else "",
        facts=answered.facts if answered else {},
    )


def files_of(attachment_ids: Sequence[int]) -> tuple[ReplyFile, ...]:
    """Read files that may leave: kept, and found clean; in the order asked for."""
    rows = Attachment.objects.filter(id__in=list(attachment_ids), scan_state="clean").exclude(storage_name="")
    known = {row.id: row for row in rows}
    found = []
    for id_ in attachment_ids:
        if (row := known.get(id_)) is not None:
            with default_storage.open(row.storage_name) as file:
                found.append(ReplyFile(row.filename, row.media_type, file.read()))
    return tuple(found)


def box_carriers() -> dict[str, BoxCarrier]:
    """Return what carries answers on the channels customers have accounts of ours on."""
    return {kind: BoxCarrier(kind) for kind in CARRIED}

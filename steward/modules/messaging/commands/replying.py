"""Put answers that people write into the outbox, and take them back while they have not left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from procrastinate.contrib.django import app

from steward.kernel import gate
from steward.kernel.actor import Actor
from steward.modules.messaging.commands.enclosing import keep_files
from steward.modules.messaging.commands.queueing import Row, UnfitMessage, queue
from steward.modules.messaging.commands.writing import write_messages
from steward.modules.messaging.models import Message, Spoken
from steward.modules.messaging.queries import inbound
from steward.modules.messaging.queries.readers import Reader
from steward.modules.messaging.rules.channels import Sender
from steward.modules.messaging.rules.outbox import TRANSITIONS, Facts
from steward.modules.messaging.rules.outgoing import LONGEST_KEY, Outgoing
from steward.modules.messaging.rules.replies import LONGEST_SUBJECT, REPLY, WAYS, addresses_of

# Who waits in a chat sees an answer the moment it may leave, not at the sender's next round.
SEND_SOON = "messaging.send_soon"
CHAT = "chat"


class ReplyDraft(Struct, frozen=True, kw_only=True):
    """An answer to a customer. It holds no address: that of whoever wrote is looked up when it is sent.

    `channel` and `box` are those of the conversation; `answers_inbound_id` names what it answers, `reply_token` what
    an answer to it will name its conversation by. It does not leave before `send_at`. The same `dedupe_key` is never
    sent twice. `author` is the name a chat shows.
    """

    customer_id: int
    channel: str
    box: str
    subject_kind: str
    subject_id: int
    dedupe_key: str
    text: str
    send_at: datetime
    subject: str = ""
    answers_inbound_id: int | None = None
    reply_token: str = ""
    attachment_ids: tuple[int, ...] = ()
    simulated: bool = False
    author: str = ""


def queue_replies(actor: Actor, *, replies: Sequence[ReplyDraft], now: datetime) -> list[int]:
    """Queue answers; a worker sends them after the caller's commit, or never where it rolls back.

    A step of the caller's command, inside its transaction. Returns the ids in the order given; a key that was used
    before gives the id of the answer it stands for. Simulated ones are kept as suppressed.
    Raises: UnfitMessage; RuntimeError outside a transaction. Locks: unique dedupe keys, in key order.
    """
    for one in replies:
        if fault := _fault(one):
            raise UnfitMessage(template=REPLY, why=fault)
    ids = queue([Row(outgoing=_outgoing(one), customer_id=one.customer_id) for one in replies], now=now)
    known = set(Spoken.objects.filter(message_id__in=ids).values_list("message_id", flat=True))
    rows = {id_: one for id_, one in zip(ids, replies, strict=True) if id_ not in known}
    Spoken.objects.bulk_create(_spoken(id_, one) for id_, one in rows.items())
    for send_at in {one.send_at for one in rows.values() if one.channel == CHAT}:
        app.configure_task(SEND_SOON, queue="messages", schedule_at=max(send_at, now)).defer()
    keep_files([attachment_id for one in rows.values() for attachment_id in one.attachment_ids])
    return ids


def withdraw_replies(actor: Actor, *, message_ids: Sequence[int], now: datetime) -> set[int]:
    """Take back answers that nobody has begun to hand over. A step of the caller's command. Returns which.

    Locks: the messages, in id order.
    """
    found = Message.objects.select_for_update(of=("self",)).filter(id__in=message_ids, template=REPLY)
    rows = [row for row in found.order_by("id") if row.state == "waiting" and row.attempts == 0]
    for row in rows:
        row.state, row.reason, row.settled_at = TRANSITIONS["waiting", "suppress"], "withdrawn", now
    write_messages(rows)
    return {row.id for row in rows}


def _fault(one: ReplyDraft) -> str:
    if one.channel not in WAYS:
        return f"nothing leaves by the channel {one.channel!r}"
    if not one.text.strip() and not one.attachment_ids:
        return "it says nothing"
    return "" if 0 < len(one.dedupe_key) <= LONGEST_KEY else "the dedupe key is empty or too long"


def _outgoing(one: ReplyDraft) -> Outgoing:
    return Outgoing(
        template=REPLY,
        customer_id=one.customer_id,
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        params={},
        dedupe_key=one.dedupe_key,
        channel=CHAT if one.channel == CHAT else None,
        simulated=one.simulated,
        not_before=one.send_at,
    )


def _spoken(id_: int, one: ReplyDraft) -> Spoken:
    return Spoken(
        message_id=id_,
        channel=one.channel,
        box=one.box,
        subject=one.subject[:LONGEST_SUBJECT],
        text=one.text,
        answers_id=one.answers_inbound_id,
        reply_token=one.reply_token,
        attachment_ids=list(one.attachment_ids),
        author=one.author[:80],
    )


class Words(Struct, frozen=True):
    """What is written in answers that are due, and to whom each goes, by message; `carried` are channels that work."""

    spoken: Mapping[int, Spoken]
    senders: Mapping[int, Sender]
    carried: Collection[str]

    def facts_of(self, row: Message, reader: Reader, active: bool, now: datetime) -> Facts:
        """Gather what decides about an answer: it was asked for, so that neither hours nor preferences hold it."""
        spoken = self.spoken[row.id]
        return Facts(
            now=now,
            simulated=not gate.may_leave(simulated=row.simulated or reader.simulated),
            gone=reader.gone,  # type: ignore[arg-type]
            switched_off=not active,
            opted_out=False,
            expires_at=row.expires_at,
            wanted="",
            order=WAYS[spoken.channel],
            addresses=self.addresses(row, reader),
            texts=self.carried,
            quiet=None,
        )

    def addresses(self, row: Message, reader: Reader) -> dict[str, str]:
        """Say where an answer can go: back to who wrote, else to the customer as they are known."""
        sender = self.senders.get(self.spoken[row.id].answers_id or 0)
        return addresses_of(sender, phone=reader.phone, email=reader.email)


def words_of(rows: Sequence[Message], *, carried: Collection[str]) -> Words:
    """Load the words of the answers among some messages; two queries for all."""
    ids = [row.id for row in rows if row.template == REPLY]
    spoken = {one.message_id: one for one in Spoken.objects.filter(message_id__in=ids)} if ids else {}
    answered = [one.answers_id for one in spoken.values() if one.answers_id is not None]
    return Words(spoken, inbound.senders(answered) if answered else {}, carried)

"""Look at what is due: put aside what is not to be sent, prepare the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import events, gate
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.replying import Words, words_of
from steward.modules.messaging.commands.writing import write_messages
from steward.modules.messaging.events import MessageFailed
from steward.modules.messaging.models import Message, MessageKind, Spoken
from steward.modules.messaging.queries import approved, carried_links, rendering, sealed
from steward.modules.messaging.queries.readers import Reader, readers_of
from steward.modules.messaging.rules.catalogue import IN_APP, KINDS
from steward.modules.messaging.rules.outbox import Decision, Facts, decide

DELIVER = "messaging.deliver"
# For so long what is ready is one sender's; whoever dies with it leaves it to the next one then.
LEASE = timedelta(seconds=120)
CHANGED = "messaging.message_queued"
NO_TEXT = _("The text names something that was not handed over: %(name)s")


class Ready(Struct, frozen=True, kw_only=True):
    """A message ready to leave, in clear: lives in memory until it is handed over; until then nobody else sees it.

    `spoken` is what it answers and carries along, where a person wrote it.
    """

    message_id: int
    leased_until: datetime
    key: str
    template: str
    channel: str
    address: str
    name: str
    locale: str
    template_version: int
    rendered: rendering.Rendered
    stop_url: str
    approved_code: str = ""
    spoken: Spoken | None = None


class Triage(Struct, frozen=True):
    """What came of looking at what is due: how many rows were looked at, and what may leave."""

    seen: int
    ready: list[Ready]


@command(needs=DELIVER)
def triage(
    actor: Actor,
    *,
    now: datetime,
    limit: int,
    sms_carrier: str = "",
    carried: Collection[str] = ("email", "sms"),
    only: str = "",
    template: str = "",
) -> Triage:
    """Decide what becomes of messages that are due; two senders never look at the same rows.

    Nothing is sent here. What is ready is leased to this sender, what is not to leave is put aside with its reason,
    what would disturb is postponed. `sms_carrier` may send nothing but texts it has approved; `carried` are the
    channels that answers can leave by. `only` looks at what is asked to leave by this channel, `template` at one kind.
    Emits: MessageFailed. Locks: due messages, skipping those another sender looks at.
    """
    due = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(state="waiting", due_at__lte=now)
    wanted = due.filter(channel=only) if only else due
    wanted = wanted.filter(template=template) if template else wanted
    rows = list(wanted.order_by("due_at", "id")[:limit])
    if not rows:
        return Triage(0, [])
    readers = readers_of(rows)
    kinds = {kind.code: kind for kind in MessageKind.objects.filter(code__in={row.template for row in rows})}
    texts = approved.sendable_texts({row.template for row in rows}, sms_carrier=sms_carrier)
    words = words_of(rows, carried=carried)
    ready: list[Ready] = []
    aside: list[tuple[Message, Decision, str]] = []
    for row in rows:
        reader = readers[row.id]
        answers, kind = row.id in words.spoken, kinds[row.template]
        facts = words.facts_of(row, reader, kind.active, now) if answers else facts_of(row, reader, kind, texts, now)
        decision = decide(facts)
        if decision.what != "send":
            aside.append((row, decision, ""))
            continue
        try:
            channel = decision.channel
            made = answer(row, reader, channel, words, now) if answers else prepared(row, reader, channel, texts, now)
            ready.append(made)
        except KeyError as missing:
            unsent = Decision("suppress", reason="no_text")
            aside.append((row, unsent, str(NO_TEXT) % {"name": missing.args[0]}))
    _put_aside(actor, aside, now)
    Message.objects.filter(id__in=[one.message_id for one in ready]).update(due_at=now + LEASE)
    return Triage(len(rows), ready)


def facts_of(row: Message, reader: Reader, kind: MessageKind, texts: rendering.Texts, now: datetime) -> Facts:
    """Gather what decides about a message."""
    definition = KINDS[row.template]
    stoppable = not definition.mandatory and row.customer_id is not None
    spoken = {channel for code, channel, locale in texts if code == row.template and locale == reader.locale}
    if IN_APP in spoken:
        spoken = {"email"}  # staff read one text in the console and in their mail
    return Facts(
        now=now,
        simulated=not gate.may_leave(simulated=row.simulated or reader.simulated),
        gone=reader.gone,  # type: ignore[arg-type]
        switched_off=not kind.active,
        opted_out=stoppable and row.template in reader.opted_out,
        expires_at=row.expires_at,
        wanted=row.channel,
        order=reader.channels or kind.channels,
        addresses=reader.addresses,
        texts=spoken,
        quiet=reader.quiet if kind.waits_for_day else None,
    )


def prepared(row: Message, reader: Reader, channel: str, texts: rendering.Texts, now: datetime) -> Ready:
    """Write a message out for its reader. Raises: KeyError where the text names what was not handed over."""
    definition = KINDS[row.template]
    source = channel if row.customer_id is not None else IN_APP
    text = texts[row.template, source, reader.locale]
    plain = rendering.rendered(
        definition,
        text,
        sealed.opened(row),
        name=reader.name,
        link=carried_links.link_of(row, now=now),
        locale=reader.locale,
        time_zone=reader.time_zone,
    )
    if channel == "email":
        if row.staff_id is not None:
            plain = rendering.Rendered(plain.subject, f"{plain.body}\n\n{carried_links.link_of(row, now=now)}")
        plain = rendering.as_mail(
            plain, locale=reader.locale, preferences_url=carried_links.preferences_url(row, now=now)
        )
    return Ready(
        message_id=row.id,
        leased_until=now + LEASE,
        key=str(row.key),
        template=row.template,
        channel=channel,
        address=reader.email if channel == "email" else reader.phone,
        name=reader.name,
        locale=reader.locale,
        template_version=text.version,
        rendered=plain,
        stop_url=carried_links.stop_url(row, now=now) if channel == "email" else "",
        approved_code=text.approved_code,
    )


def answer(row: Message, reader: Reader, channel: str, words: Words, now: datetime) -> Ready:
    """Write an answer out as somebody wrote it."""
    spoken = words.spoken[row.id]
    plain = rendering.Rendered(spoken.subject, spoken.text)
    return Ready(
        message_id=row.id,
        leased_until=now + LEASE,
        key=str(row.key),
        template=row.template,
        channel=channel,
        address=words.addresses(row, reader)[channel],
        name=reader.name,
        locale=reader.locale,
        template_version=0,
        rendered=rendering.as_mail(plain, locale=reader.locale) if channel == "email" else plain,
        stop_url="",
        spoken=spoken,
    )


def _put_aside(actor: Actor, aside: Sequence[tuple[Message, Decision, str]], now: datetime) -> None:
    """Write what is not to be sent now; the rows are locked, so none can have begun."""
    if not aside:
        return
    failed = []
    for row, decision, error in aside:
        if decision.what == "postpone":
            row.due_at = decision.until or now
            continue
        row.state = "expired" if decision.what == "expire" else "suppressed"
        row.reason, row.settled_at, row.error = decision.reason, now, error[:300]
        row.simulated = row.simulated or decision.reason == "simulated"
        failed.append(failure_of(row))
    write_messages([row for row, _, _ in aside])
    events.record(actor, failed)
    events.notify_live([CHANGED])


def failure_of(row: Message) -> MessageFailed:
    """Say that a message does not arrive."""
    return MessageFailed(
        message_id=row.id,
        template=row.template,
        state=row.state,
        reason=row.reason or row.error,
        customer_id=row.customer_id,
        about_kind=row.subject_kind,
        about_id=row.subject_id,
        simulated=row.simulated,
    )

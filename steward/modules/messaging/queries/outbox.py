"""Read the outbox: what waits, what left, what did not and why. Readers are masked, texts rendered anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from msgspec import Struct

from steward.kernel import errors, moment, personal
from steward.modules.messaging.models import Message, Spoken
from steward.modules.messaging.queries import carried_links, rendering, sealed
from steward.modules.messaging.queries.readers import Reader, readers_of
from steward.modules.messaging.rules import catalogue, outbox
from steward.modules.messaging.rules.replies import REPLY

NEEDS_A_PERSON = ("unknown", "failed", "bounced")
HIDDEN_LINK = "…/p/…"
DEVELOPMENT = "development"


class MessageView(Struct, frozen=True, kw_only=True):
    """One message with its reader masked. `customer_id` is None for staff."""

    id: int
    key: str
    template: str
    channel: str
    customer_id: int | None
    staff_id: int | None
    to_name: str
    to_address: str
    subject_kind: str
    subject_id: int
    subject: str
    state: str
    reason: str
    error: str
    queued_at: datetime
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    begun_at: datetime | None
    settled_at: datetime | None
    carrier: str
    locale: str
    template_version: int | None
    reference: str
    simulated: bool
    instead_of: int | None

    @property
    def can_repeat(self) -> bool:
        """Tell whether it can be tried again by a person."""
        return outbox.may(self.state, "repeat")

    @property
    def can_confirm(self) -> bool:
        """Tell whether a person may say that it arrived."""
        return self.state == "unknown"


class MessagePage(Struct, frozen=True):
    """Messages, newest first, and the id to ask for older ones with."""

    rows: list[MessageView]
    next_before: int | None


class Shown(Struct, frozen=True):
    """A message with the text its reader got."""

    message: MessageView
    rendered: rendering.Rendered | None


def messages_page(
    *,
    states: Sequence[str] = (),
    template: str = "",
    channel: str = "",
    carrier: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> MessagePage:
    """List messages, newest first, one page of them."""
    rows: Any = Message.objects.order_by("-id")
    wanted = {"state__in": list(states), "template": template, "via": channel, "carrier": carrier}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    found = list(rows[: limit + 1])
    views = _views(found[:limit])
    return MessagePage(views, views[-1].id if len(found) > limit else None)


def messages_about(subject_kind: str, subject_id: int, *, limit: int = 50) -> list[MessageView]:
    """List what was said about a subject, e.g. an order, newest first."""
    rows = Message.objects.filter(subject_kind=subject_kind, subject_id=subject_id, customer__isnull=False)
    return _views(list(rows.order_by("-id")[:limit]))


def message(message_id: int) -> Shown:
    """Read one message with its text, name masked, link left out. Raises: NotFound."""
    row = Message.objects.filter(id=message_id).first()
    if row is None:
        raise errors.NotFound(key=message_id)
    reader = readers_of([row])[row.id]
    return Shown(_view(row, reader), _rendered(row, reader, link=HIDDEN_LINK, name=_name(row, reader)))


def find_instead(message_id: int) -> int | None:
    """Find the e-mail that stands for a short message which did not arrive."""
    return Message.objects.filter(instead_of=message_id).values_list("id", flat=True).first()


def development_messages(*, limit: int = 30) -> list[Shown]:
    """List what the development carriers took, whole, with links that work: none of it has left the house."""
    rows = list(Message.objects.filter(carrier=DEVELOPMENT).order_by("-id")[:limit])
    readers = readers_of(rows)
    now = moment.now()
    return [
        Shown(
            _view(row, readers[row.id]),
            _rendered(
                row,
                readers[row.id],
                link=carried_links.link_of(row, now=now),
                name=readers[row.id].name,
                params=sealed.opened(row),
            ),
        )
        for row in rows
    ]


def state_counts() -> dict[str, int]:
    """Count the messages that need a person, and those that wait."""
    wanted = (*NEEDS_A_PERSON, "waiting")
    rows = Message.objects.filter(state__in=wanted).values("state").annotate(number=Count("id"))
    return dict.fromkeys(wanted, 0) | {row["state"]: row["number"] for row in rows}


def _views(rows: Sequence[Message]) -> list[MessageView]:
    readers = readers_of(rows)
    return [_view(row, readers[row.id]) for row in rows]


def _name(row: Message, reader: Reader) -> str:
    return reader.name if row.staff_id is not None else personal.masked_name(reader.name)


def _view(row: Message, reader: Reader) -> MessageView:
    via = row.via or row.channel
    address = personal.masked_phone(reader.phone) if via == "sms" else personal.masked_email(reader.email)
    params = row.params
    return MessageView(
        id=row.id,
        key=str(row.key),
        template=row.template,
        channel=via,
        customer_id=row.customer_id,
        staff_id=row.staff_id,
        to_name=_name(row, reader),
        to_address=address if via and (reader.phone or reader.email) else "",
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject=str(params.get("order_number") or params.get("subject") or ""),
        state=row.state,
        reason=row.reason,
        error=row.error,
        queued_at=row.queued_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        begun_at=row.begun_at,
        settled_at=row.settled_at,
        carrier=row.carrier,
        locale=row.locale,
        template_version=row.template_version,
        reference=row.reference,
        simulated=row.simulated,
        instead_of=row.instead_of,
    )


def _rendered(
    row: Message, reader: Reader, *, link: str, name: str, params: Mapping[str, Any] | None = None
) -> rendering.Rendered | None:
    """Write the text again as it was sent, or as it would be sent now; None where there is none.

    What is sealed in it stays hidden unless `params` are given opened.
    """
    if row.template == REPLY:
        said = Spoken.objects.filter(message_id=row.id).first()
        return rendering.Rendered(said.subject, said.text) if said else None
    kind = catalogue.KINDS[row.template]
    channel = row.via or row.channel or kind.channels[0]
    source = channel if row.customer_id is not None else catalogue.IN_APP
    locale = row.locale or reader.locale
    if row.template_version is not None:
        text = rendering.text_version(row.template, source, locale, row.template_version)
    else:
        text = rendering.texts([row.template]).get((row.template, source, locale))
    if text is None:
        return None
    known = row.params if params is None else params
    return rendering.rendered(kind, text, known, name=name, link=link, locale=locale, time_zone=reader.time_zone)

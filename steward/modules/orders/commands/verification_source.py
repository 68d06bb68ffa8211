"""Keep what an entry was made from, sealed, and show it to whoever checks the entry; every look is recorded."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.matching import match_customers, open_key
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.events import OrderRevealed
from steward.modules.orders.models import EntrySource, Order
from steward.modules.orders.rules import verification as rules

FOLDER = "entry_sources"
LONGEST_TEXT = 20_000
LARGEST_FILE = parameters.define(
    "orders.source_file_bytes_at_most",
    10_000_000,
    unit="bytes",
    label=_("How large a picture or PDF kept with an entry may be"),
    minimum=10_000,
    maximum=100_000_000,
)


class UnfitSource(errors.Refusal):
    """Refuse a file that is too large, or none that can be looked at here."""

    code = "unfit_source"
    status = 422
    message = _("Give a picture (PNG, JPEG, WebP) or a PDF of at most %(megabytes)s MB.")


class Given(Struct, frozen=True):
    """A file as it was given: its name and its content."""

    name: str
    content: bytes


class Source(Struct, frozen=True):
    """One source in clear: a text, or a file with its name and media type."""

    id: int
    kind: str
    text: str
    media_type: str
    added_by: str
    added_at: datetime


def refuse_unfit(given: Given) -> str:
    """Tell a file's media type by its content. Raises: UnfitSource."""
    largest = int(parameters.value(LARGEST_FILE))
    found = rules.type_of(given.content)
    if found is None or len(given.content) > largest:
        raise UnfitSource(megabytes=largest // 1_000_000)
    return found


def keep_source(
    actor: Actor, *, order_id: int, text: str = "", files: Sequence[Given] = (), now: datetime
) -> list[int]:
    """Keep a text and files with an order, sealed with the buyer's key; the same again is kept once. Returns ids.

    Files are stored before anything is recorded; what a crash leaves behind in between nobody can read.
    Raises: NotFound, NotPermitted, UnfitSource, Erased.
    """
    actor.require("orders.enter")
    types = [refuse_unfit(given) for given in files]
    key = key_for(actor, order_id=order_id)
    rows = []
    if text.strip():
        clear = text.strip()[:LONGEST_TEXT]
        rows.append(_row(actor, order_id, "text", key, clear, clear.encode(), now))
    for given, media_type in zip(files, types, strict=True):
        name = f"{FOLDER}/{now:%Y/%m}/{secrets.token_hex(16)}"
        stored = default_storage.save(name, ContentFile(personal.seal(key, given.content)))
        row = _row(actor, order_id, "file", key, given.name[:200], given.content, now)
        row.stored_file, row.media_type = stored, media_type
        rows.append(row)
    return record_sources(actor, rows=rows)


def _row(actor: Actor, order_id: int, kind: str, key: bytes, clear: str, content: bytes, now: datetime) -> EntrySource:
    """Make a row; its digest is mixed with the key, so that nobody can try out which text it stands for."""
    digest = hashlib.sha256(key + content).digest()
    sealed = personal.seal(key, clear)
    return EntrySource(order_id=order_id, kind=kind, sealed=sealed, digest=digest, added_by=actor.id, added_at=now)


@command(needs="orders.enter")
def key_for(actor: Actor, *, order_id: int) -> bytes:
    """Open the key of whom an order is about; one that named nobody gets a customer now.

    Raises: NotFound, Erased. Locks: the order.
    """
    one = lock_order(order_id)
    order = Order.objects.get(id=order_id)
    if order.customer_id is not None:
        return open_key(order.customer_id)
    match = match_customers([Buyer([], Profile())], simulated=[one.simulated])[0]
    assert match is not None
    Order.objects.filter(id=order_id).update(customer_id=match.customer_id)
    return match.key


@command(needs="orders.enter")
def record_sources(actor: Actor, *, rows: Sequence[EntrySource]) -> list[int]:
    """Write down which sources an order has; those it had already stay as they are. Returns their ids."""
    EntrySource.objects.bulk_create(rows, ignore_conflicts=True)
    same = EntrySource.objects.filter(
        order_id__in={row.order_id for row in rows}, digest__in=[bytes(row.digest) for row in rows]
    )
    return list(same.order_by("id").values_list("id", flat=True))


@command(needs="orders.reveal")
def open_sources(actor: Actor, *, order_id: int) -> list[Source]:
    """Show what an order was entered from, in clear. Raises: NotFound, Erased. Emits: OrderRevealed where there is any.

    Source: ORD-3, CUS-6.
    """
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise errors.NotFound(key=order_id)
    rows = list(EntrySource.objects.filter(order_id=order_id).order_by("id"))
    if not rows or order.customer_id is None:
        return []
    key = open_key(order.customer_id)
    events.record(actor, [OrderRevealed(order_id=order_id, reason="verification", simulated=order.simulated)])
    return [
        Source(row.id, row.kind, personal.unseal(key, row.sealed or b""), row.media_type, row.added_by, row.added_at)
        for row in rows
    ]


@command(needs="orders.reveal")
def file_key(actor: Actor, *, source_id: int) -> tuple[str, str, bytes]:
    """Give a stored file's name, media type and key. Raises: NotFound, Erased. Emits: OrderRevealed."""
    row = EntrySource.objects.select_related("order").filter(id=source_id, kind="file").first()
    if row is None or row.order.customer_id is None:
        raise errors.NotFound(key=source_id)
    key = open_key(row.order.customer_id)
    seen = OrderRevealed(order_id=row.order_id, reason="verification", simulated=row.order.simulated)
    events.record(actor, [seen])
    return row.stored_file, row.media_type, key


def open_file(actor: Actor, *, source_id: int) -> tuple[str, bytes]:
    """Read a kept picture or PDF in clear: its media type and content. Raises: NotFound, NotPermitted, Erased."""
    name, media_type, key = file_key(actor, source_id=source_id)
    with default_storage.open(name) as stored:
        content: bytes = personal.unseal(key, stored.read())
    return media_type, content

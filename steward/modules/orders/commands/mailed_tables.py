"""Tables that come by e-mail become orders: from watched mailboxes with a mapping, from the senders these name."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from steward.kernel.actor import Actor
from steward.modules.messaging.events import MessageReceived
from steward.modules.messaging.queries import attachments, inbound, mailboxes
from steward.modules.messaging.rules.mailboxes import may_order
from steward.modules.orders.commands.imports import start_import
from steward.modules.orders.models import ImportRun

# An order system's letters may well be automatic; what answers or bounces carries no orders.
NEVER = frozenset({"auto_reply", "bounce"})
log = structlog.get_logger(__name__)


def may_carry_orders(event: MessageReceived) -> bool:
    """Tell whether a message can bring orders."""
    return event.channel == "email" and event.automatic not in NEVER and not event.simulated


def import_tables(actor: Actor, *, message_ids: Sequence[int]) -> list[int]:
    """Queue the import of the tables in letters to mailboxes that take orders in. Returns the runs' ids.

    A table whose run is known is not queued again; where two do so at once, the second run finds every order there.
    Whoever a mailbox does not name sends no orders; their letter stays a letter.
    Raises: FileNotChecked, UnknownShop, UnknownMapping, UnfitMapping; the job is tried again, then parked.
    Source: ORD-1.
    """
    found = {one.id: one for one in inbound.received(message_ids)}
    boxes = mailboxes.order_mailboxes({one.box for one in found.values()})
    wanted = [one.id for one in found.values() if one.box in boxes]
    if not wanted:
        return []
    senders = inbound.senders(wanted)
    allowed = []
    for id_ in wanted:
        sender = senders.get(id_)
        if sender and may_order(sender.email, boxes[found[id_].box].order_senders):
            allowed.append(id_)
        else:
            log.info("letter may bring no orders", message_id=id_)
    files = attachments.table_files(allowed)
    known = set(
        ImportRun.objects.filter(stored_file__in=[one.storage_name for one in files]).values_list(
            "stored_file", flat=True
        )
    )
    return [
        start_import(
            actor,
            shop_code=boxes[found[one.inbound_id].box].shop_code,
            mapping_code=boxes[found[one.inbound_id].box].order_mapping,
            file_name=one.filename,
            stored_file=one.storage_name,
        )
        for one in files
        if one.storage_name not in known
    ]

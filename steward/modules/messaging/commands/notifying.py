"""Tell staff: in the console at once, by e-mail where the person wants it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging import models
from steward.modules.messaging.commands.queueing import PACKAGE, Row, UnfitMessage, queue
from steward.modules.messaging.rules import catalogue
from steward.modules.messaging.rules.outgoing import LONGEST_KEY, Notice, Outgoing
from steward.modules.people import queries as people
from steward.modules.people.rules import OWN_ACCOUNT

POSTED = "messaging.notice_posted"
NOTICE = "notice"


def notify_staff(actor: Actor, *, notices: Sequence[Notice], now: datetime) -> list[int]:
    """Tell people of the staff something: a row for the bell of each, and an e-mail where they want one.

    A step of the caller's command, inside its transaction. Returns the ids of the notices that are new; who was told
    under the same key before, or has left, is not told. Notices of simulated subjects stay in the console.
    Raises: UnfitMessage; RuntimeError outside a transaction. Locks: unique keys, in the order of person and key.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("staff are told with the change it is about, inside its transaction")
    for notice in notices:
        if fault := _fault(notice):
            raise UnfitMessage(template=notice.template, why=fault)
    contacts = people.staff_contact({id_ for notice in notices for id_ in notice.staff_ids})
    wanted = [(id_, notice) for notice in notices for id_ in dict.fromkeys(notice.staff_ids) if id_ in contacts]
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "tell_staff"), _columns(wanted, now))
        rows = cursor.fetchall()
    told = {(staff_id, key): id_ for id_, staff_id, key in rows}
    mails = [
        _mail(id_, staff_id, notice)
        for staff_id, notice in wanted
        if (id_ := told.get((staff_id, notice.dedupe_key))) and _wants_mail(contacts[staff_id], notice)
    ]
    queue(mails, now=now)
    events.notify_live([POSTED])
    return [id_ for pair in wanted if (id_ := told.get((pair[0], pair[1].dedupe_key)))]


def _wants_mail(contact: people.StaffContact, notice: Notice) -> bool:
    wants = contact.notify_email == "all" or (contact.notify_email == "urgent" and notice.urgent)
    return wants and bool(contact.email) and not notice.simulated


def _mail(notice_id: int, staff_id: int, notice: Notice) -> Row:
    outgoing = Outgoing(
        template=notice.template,
        customer_id=0,
        subject_kind=NOTICE,
        subject_id=notice_id,
        params=notice.params,
        dedupe_key=f"notice:{notice_id}",
        channel="email",
    )
    return Row(outgoing=outgoing, customer_id=None, staff_id=staff_id)


def _columns(wanted: Sequence[tuple[int, Notice]], now: datetime) -> dict[str, Any]:
    notices = [notice for _, notice in wanted]
    return {
        "now": now,
        "staff": arrays.integers([staff_id for staff_id, _ in wanted]),
        "kinds": arrays.texts([one.kind for one in notices]),
        "templates": arrays.texts([one.template for one in notices]),
        "params": arrays.texts([msgspec.json.encode(dict(one.params)).decode() for one in notices]),
        "subject_kinds": arrays.texts([one.subject_kind for one in notices]),
        "subject_ids": arrays.integers([one.subject_id for one in notices]),
        "keys": arrays.texts([one.dedupe_key for one in notices]),
        "urgent": arrays.flags([one.urgent for one in notices]),
        "simulated": arrays.flags([one.simulated for one in notices]),
    }


def _fault(notice: Notice) -> str:
    kind = catalogue.KINDS.get(notice.template)
    if kind is None or kind.audience != "staff":
        return "no template of this code for staff"
    if notice.kind not in catalogue.NOTICE_KINDS:
        return f"no kind of notice {notice.kind!r}"
    if not 0 < len(notice.dedupe_key) <= LONGEST_KEY:
        return "the dedupe key is empty or too long"
    return ", ".join(catalogue.param_faults(kind, notice.params))


@command(needs=OWN_ACCOUNT)
def mark_read(actor: Actor, *, notice_ids: Collection[int] | None, now: datetime) -> int:
    """Mark one's own notices as read, all of them where none is named; return how many were unread."""
    rows = models.Notice.objects.filter(staff_id=actor.staff_id or 0, read_at=None)
    if notice_ids is not None:
        rows = rows.filter(id__in=list(notice_ids))
    read = rows.update(read_at=now)
    if read:
        events.notify_live([POSTED])
    return read

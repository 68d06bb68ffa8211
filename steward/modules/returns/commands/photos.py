"""Keep pictures and videos of a case in messaging's storage, looked at for viruses like any file."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.customers.queries.merged import families
from steward.modules.messaging.commands.storing import RECEIVE, store_parts
from steward.modules.messaging.queries.attachments import attachments, usable_files
from steward.modules.messaging.rules.channels import Part
from steward.modules.returns.models import Case, Evidence

NEEDS = ("returns.request", "returns.inspect", "returns.receive", "returns.repair")


class PhotoRefused(errors.Refusal):
    """Refuse a file that could not be kept."""

    code = "photo_refused"
    status = 422
    message = _("%(name)s cannot be kept. %(why)s")


def keep_photos(actor: Actor, *, parts: Sequence[Part], now: datetime) -> list[int]:
    """Keep files that go with a case; none is kept for use where one is refused. Called outside any transaction.

    They are their uploader's: nobody else can let them go with a case. Returns their ids.
    Raises: NotPermitted, PhotoRefused.
    """
    if not any(actor.may(permission) for permission in NEEDS):
        actor.require(NEEDS[0])
    keeper = dataclasses.replace(actor, permissions=actor.permissions | {RECEIVE})
    ids = store_parts(keeper, parts=parts, now=now) if parts else []
    for file in attachments(ids) if ids else []:
        if file.refusal:
            raise PhotoRefused(name=file.filename, why=str(file.why))
    return ids


class UnknownFile(errors.Refusal):
    """Refuse a file that is neither the uploader's own nor their customer's."""

    code = "unknown_file"
    status = 422
    message = _("There is no file %(file)s you could use here. Upload it, or choose one the customer sent.")


def foreign_files(
    actor: Actor, wishes: Iterable[tuple[int | None, Collection[int]]], *, known: Collection[int] = ()
) -> list[int | None]:
    """Find for each wish (customer, files) the first file that may not go with it; None where all may.

    A file goes with a case if the actor uploaded it, the case's customer sent it, or it is `known` there already.
    Three statements, however many.
    """
    wanted = list(wishes)
    kin: Mapping[int, Collection[int]] = families({customer for customer, _files in wanted if customer})
    usable = usable_files({id_ for _customer, files in wanted for id_ in files}, uploader=actor.id)
    found = []
    for customer, files in wanted:
        own = {None, *kin.get(customer or 0, ())}
        foreign = (id_ for id_ in files if id_ not in known and (id_ not in usable or usable[id_] not in own))
        found.append(next(foreign, None))
    return found


def refuse_foreign_files(actor: Actor, row: Case, files: Collection[int]) -> None:
    """Refuse pictures that are neither the actor's, the customer's nor with the case. Raises: UnknownFile."""
    known = set(Evidence.objects.filter(case=row, attachment_id__in=files).values_list("attachment_id", flat=True))
    [foreign] = foreign_files(actor, [(row.customer_id, files)], known=known) if files else [None]
    if foreign is not None:
        raise UnknownFile(file=foreign)

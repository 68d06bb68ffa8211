"""Follow the erasure of customers: what was written about their cases is emptied, their pictures are deleted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from steward.kernel import arrays, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.forgetting import lose_files
from steward.modules.returns.models import Evidence, Guidance, Inspection, RefundDue, Surplus

PACKAGE = "steward.modules.returns"
GONE = "…"


@command(needs="returns.request")
def forget_cases(actor: Actor, *, customer_ids: Sequence[int]) -> list[str]:
    """Empty what erased customers and others wrote about their cases; what was decided, found and paid stays.

    Where there has to be a reason, that there was one stays. Returns the names of files to delete after the commit.
    Locks: their files, in id order. Source: CUS-6 (PIPL art. 47, GDPR art. 17).
    """
    wanted = {"customers": arrays.integers(sorted(set(customer_ids))), "gone": GONE}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "forget_cases"), wanted)
        cases = [row[0] for row in cursor.fetchall()]
    Guidance.objects.filter(case__in=cases).update(words="", link="")
    Surplus.objects.filter(case__in=cases).update(note="")
    RefundDue.objects.filter(case__in=cases).update(why="")
    looks = Inspection.objects.filter(piece__case__in=cases).filter(~Q(note="") | ~Q(attachments=[]))
    files = {id_ for ids in looks.values_list("attachments", flat=True) for id_ in ids}
    files |= set(Evidence.objects.filter(case__in=cases).values_list("attachment_id", flat=True))
    looks.update(note="", attachments=[])
    return lose_files(attachment_ids=sorted(files))

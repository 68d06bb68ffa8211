"""Bound what a customer sends us on their pages in a day, in whatever number of requests."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command

MOST_FILES = parameters.define(
    "portal.upload_files_per_day", 60, unit="", label=_("Files one customer sends on their pages per day"), minimum=1
)
MOST_MB = parameters.define(
    "portal.upload_mb_per_day", 300, unit="MB", label=_("How much one customer sends on their pages per day"), minimum=1
)
# Counted and refused by one statement: of two requests at once each sees what the other has added.
ADD = """
INSERT INTO customers_upload_day AS known (customer_id, day, files, bytes)
SELECT %(customer)s, %(day)s, %(files)s, %(bytes)s
WHERE %(files)s <= %(most_files)s AND %(bytes)s <= %(most_bytes)s
ON CONFLICT (customer_id, day) DO UPDATE SET files = known.files + excluded.files, bytes = known.bytes + excluded.bytes
WHERE known.files + excluded.files <= %(most_files)s AND known.bytes + excluded.bytes <= %(most_bytes)s
RETURNING files
"""


class TooMuchToday(errors.Refusal):
    """Refuse more files than one customer may send in a day."""

    code = "too_much_today"
    status = 429
    message = _("That is more than can be sent in one day (%(files)s files, %(mb)s MB). Send the rest tomorrow.")


@command(needs="customers.enter")
def count_uploads(actor: Actor, *, customer_id: int, sizes: list[int], now: datetime) -> None:
    """Count files that a customer is about to send us, by their sizes in bytes. Raises: TooMuchToday."""
    most_files, most_mb = parameters.value(MOST_FILES), parameters.value(MOST_MB)
    asked = {
        "customer": customer_id,
        "day": timezone.localdate(now),
        "files": len(sizes),
        "bytes": sum(sizes),
        "most_files": most_files,
        "most_bytes": most_mb * 1_000_000,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, asked)
        if cursor.fetchone() is None:
            raise TooMuchToday(files=most_files, mb=most_mb)

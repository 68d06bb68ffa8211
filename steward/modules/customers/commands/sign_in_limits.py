"""How often codes are asked for and guessed: counted in rows that all machines share, for known and unknown alike.

Source: docs/decisions/0035.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Who counts and adds does so alone: of a hundred at once none slips through between the two.
COUNTING = 7_204_911_358_602
LOCK = "SELECT pg_advisory_xact_lock(%s)"
COUNT = """
SELECT count(*) FILTER (WHERE value_index = %(value)s), count(*) FILTER (WHERE place_index = %(place)s), count(*)
FROM customers_sign_in_code WHERE asked_at > %(since)s
"""
# Each oldest of the newest guesses that fill a limit; once it is a day old there is room for one more.
GUESSES = """
SELECT greatest(
    (SELECT at FROM customers_wrong_code WHERE value_index = %(value)s AND at > %(since)s
     ORDER BY at DESC OFFSET %(of_value)s - 1 LIMIT 1),
    (SELECT at FROM customers_wrong_code WHERE place_index = %(place)s AND at > %(since)s
     ORDER BY at DESC OFFSET %(of_place)s - 1 LIMIT 1))
"""
OF_IDENTITY = parameters.define(
    "portal.codes_per_identity", 5, unit="", label=_("Sign-in codes one phone or e-mail gets per hour"), minimum=1
)
OF_PLACE = parameters.define(
    "portal.codes_per_address", 60, unit="", label=_("Sign-in codes one network asks for per hour"), minimum=1
)
OF_HOUSE = parameters.define(
    "portal.codes_per_hour", 5_000, unit="", label=_("Sign-in codes sent per hour in all"), minimum=10
)
WRONG_OF_IDENTITY = parameters.define(
    "portal.wrong_codes_per_identity",
    15,
    unit="",
    label=_("Wrong sign-in codes typed for one phone or e-mail in 24 hours"),
    minimum=3,
    maximum=1_000,
)
WRONG_OF_PLACE = parameters.define(
    "portal.wrong_codes_per_network",
    100,
    unit="",
    label=_("Wrong sign-in codes typed in one network in 24 hours"),
    minimum=3,
    maximum=100_000,
)


class TooManyCodes(errors.Refusal):
    """Refuse one more code in this hour."""

    code = "too_many_codes"
    status = 429
    message = _("Too many codes were asked for. Wait an hour and try again, or write to us.")


class TooManyTries(errors.Refusal):
    """Refuse one more try after too many wrong codes, and say when to try again."""

    code = "too_many_tries"
    status = 429
    message = _(
        "Too many wrong codes were typed. To keep your orders safe we pause until %(when)s; try again then, "
        "or write to us."
    )


def hold_back_codes(value_index: bytes, place_index: bytes, *, now: datetime) -> None:
    """Count the codes of this hour, as a step of the caller's command. Raises: TooManyCodes. Locks: counting."""
    asked: dict[str, Any] = {"value": value_index, "place": place_index, "since": now - HOUR}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [COUNTING])
        cursor.execute(COUNT, asked)
        counts = cursor.fetchone()
    limits = (parameters.value(OF_IDENTITY), parameters.value(OF_PLACE), parameters.value(OF_HOUSE))
    if any(count >= limit for count, limit in zip(counts, limits, strict=True)):
        raise TooManyCodes


def hold_back_guesses(value_index: bytes, place_index: bytes, *, now: datetime) -> None:
    """Count the wrong codes of a day, as a step of the caller's command. Raises: TooManyTries. Locks: counting."""
    asked: dict[str, Any] = {
        "value": value_index,
        "place": place_index,
        "since": now - DAY,
        "of_value": parameters.value(WRONG_OF_IDENTITY),
        "of_place": parameters.value(WRONG_OF_PLACE),
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [COUNTING])
        cursor.execute(GUESSES, asked)
        (full_since,) = cursor.fetchone()
    if full_since is not None:
        again_at = full_since + DAY
        when = formats.date_format(timezone.localtime(again_at), "SHORT_DATETIME_FORMAT")
        raise TooManyTries(when=when, seconds=max(1, int((again_at - now).total_seconds())))

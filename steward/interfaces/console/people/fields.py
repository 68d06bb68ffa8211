"""Read what the forms about teams and rosters carry, and say what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel.errors import BadInput

P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponse]
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
END_OF_DAY_MIN = 24 * 60


def find_day(text: str) -> date | None:
    """Read a day such as 2026-03-02; None where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def day(text: str, field: str) -> date:
    """Read a day that must be there. Raises: BadInput."""
    found = find_day(text)
    if found is None:
        raise BadInput([{"field": field, "message": _("Give a day.")}])
    return found


def minute(text: str, field: str) -> int:
    """Read a time of day such as 08:30, or 24:00, as minutes. Raises: BadInput."""
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdigit() and minutes.isdigit() and len(text) == 5:
        found = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and found <= END_OF_DAY_MIN:
            return found
    raise BadInput([{"field": field, "message": _("Give a time of the day, e.g. 09:00.")}])


def instant(text: str, field: str, zone: str) -> datetime:
    """Read a local day and time such as 2026-03-02T09:00. Raises: BadInput."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or not EARLIEST <= local.date() <= LATEST:
        raise BadInput([{"field": field, "message": _("Give a day and a time.")}])
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def number(text: str, field: str) -> int:
    """Read a whole number that must be there. Raises: BadInput."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise BadInput([{"field": field, "message": _("Give a whole number.")}])


def person(text: str, field: str) -> int:
    """Read who was chosen. Raises: BadInput; Http404 for what nobody's number can be."""
    found = row_number(text)
    if found is None:
        raise BadInput([{"field": field, "message": _("Choose somebody.")}])
    return found


def monday(on: date) -> date:
    """Return the first day of the week a day is in."""
    return on - timedelta(days=on.weekday())


def explained(view: View[P]) -> View[P]:
    """Say on the page the form stands on what is wrong with it, all at once, instead of leaving that page."""

    @wraps(view)
    def run(request: StaffRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadInput as refusal:
            return say(request, sentence(refusal.findings), tone="danger")

    return cast("View[P]", run)


def sentence(findings: Iterable[dict[str, Any]]) -> str:
    """Put all findings into one text."""
    return " ".join(dict.fromkeys(str(finding["message"]) for finding in findings))

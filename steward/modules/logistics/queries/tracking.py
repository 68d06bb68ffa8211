"""Who reports, what waits for a meaning or a parcel, what numbers look like, what is being printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from msgspec import Struct

from steward.kernel import errors, secrets_box
from steward.modules.logistics.models import NumberRule, PrintRun, TrackingEvent, TrackingSource
from steward.modules.logistics.rules.tracking_numbers import Guess, Numbering, guesses
from steward.modules.logistics.rules.tracking_states import plain_number

SECRET_PURPOSE = "logistics.tracking"  # noqa: S105  (what a secret is sealed for, none itself)


class SourceView(Struct, frozen=True):
    """Who reports tracking events."""

    code: str
    name: str
    format: str
    carrier_code: str
    poll_url: str
    polled_at: datetime | None
    poll_fault: str
    active: bool


class WaitingCode(Struct, frozen=True):
    """A code nobody has explained yet: how many events wait for it, and what one of them says."""

    format: str
    code: str
    events: int
    text: str
    last_at: datetime


class HomelessNumber(Struct, frozen=True):
    """A number that is reported of and belongs to no parcel."""

    tracking_number: str
    carrier_code: str
    events: int
    last_at: datetime
    guess: str


def sources() -> list[SourceView]:
    """List who reports."""
    rows = TrackingSource.objects.order_by("code").values_list(*SourceView.__struct_fields__)
    return [SourceView(*row) for row in rows]


def find_source(code: str) -> SourceView | None:
    """Find a source that is believed."""
    row = TrackingSource.objects.filter(code=code, active=True).values_list(*SourceView.__struct_fields__).first()
    return SourceView(*row) if row else None


def source_secret(code: str) -> bytes:
    """Open the secret a source proves its reports with. Raises: NotFound; ValueError after a lost master key."""
    sealed = TrackingSource.objects.filter(code=code).values_list("sealed_secret", flat=True).first()
    if sealed is None:
        raise errors.NotFound(key=code)
    return secrets_box.unseal_with_master(sealed, purpose=SECRET_PURPOSE)


def waiting_codes(limit: int = 100) -> list[WaitingCode]:
    """List codes nobody has explained, those most events wait for first."""
    rows: Any = (
        TrackingEvent.objects.filter(state="unknown")
        .values_list("format", "code")
        .annotate(events=Count("id"), words=Max("text"), last=Max("received_at"))
        .order_by("-events", "code")
    )
    return [WaitingCode(*row) for row in rows[:limit]]


def homeless_numbers(limit: int = 100) -> list[HomelessNumber]:
    """List numbers that are reported of and belong to no parcel, the latest first, each with a guess of its carrier."""
    rows: Any = (
        TrackingEvent.objects.filter(parcel=None)
        .values_list("tracking_number", "carrier_code")
        .annotate(events=Count("id"), last=Max("received_at"))
        .order_by("-last")
    )
    found = []
    for number, carrier, events, last in rows[:limit]:
        likely = guess_carrier(number)
        found.append(HomelessNumber(number, carrier, events, last, likely[0].carrier_code if likely else ""))
    return found


def waiting_count() -> int:
    """Count codes and numbers that wait for somebody, up to 99 of each."""
    codes = TrackingEvent.objects.filter(state="unknown").values("format", "code").distinct()[:99].count()
    return codes + TrackingEvent.objects.filter(parcel=None).values("tracking_number").distinct()[:99].count()


def guess_carrier(number: str) -> list[Guess]:
    """List the carriers a tracking number may be of, the surest first."""
    rows = NumberRule.objects.filter(active=True).order_by("position", "id")
    known = [Numbering(one.carrier_code, one.name, one.pattern, one.check_digit) for one in rows]
    return guesses(plain_number(number), known)


class NumberRuleView(Struct, frozen=True):
    """How numbers of a carrier look."""

    carrier_code: str
    name: str
    position: int
    pattern: str
    check_digit: dict[str, Any]
    active: bool


def number_rules() -> list[NumberRuleView]:
    """List how numbers look, in the order in which they are tried."""
    rows = NumberRule.objects.order_by("position", "id").values_list(*NumberRuleView.__struct_fields__)
    return [NumberRuleView(*row) for row in rows]


class PrintView(Struct, frozen=True):
    """A print run. Units: shipments."""

    id: int
    kind: str
    format: str
    state: str
    total: int
    done: int
    stored_file: str
    error: str
    started_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """Tell how far it is. Units: percent."""
        return self.done * 100 // self.total if self.total else 100

    @property
    def is_running(self) -> bool:
        """Tell whether a worker is at it, or will be."""
        return self.state in ("waiting", "running")


def print_run(run_id: int) -> PrintView:
    """Read one print run. Raises: NotFound."""
    row = PrintRun.objects.filter(id=run_id).values_list(*PrintView.__struct_fields__).first()
    if row is None:
        raise errors.NotFound(key=run_id)
    return PrintView(*row)


def print_runs(limit: int = 20) -> list[PrintView]:
    """List the latest print runs."""
    rows = PrintRun.objects.order_by("-id").values_list(*PrintView.__struct_fields__)[:limit]
    return [PrintView(*row) for row in rows]

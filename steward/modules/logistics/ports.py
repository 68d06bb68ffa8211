"""What logistics asks of whoever reports where parcels are, and of machines at the packing table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One event of one parcel as somebody reports it. `codes`: the exact one first, then what it falls back to.

    `at` None: what was sent is no time; `raw_at` then still says what it was. `inferred`: the event has no code of its
    own, `codes` were read off something that changes, so that they do not tell this event from another.
    """

    tracking_number: str
    codes: tuple[str, ...]
    at: datetime | None
    raw_at: str = ""
    carrier_code: str = ""
    text: str = ""
    place: str = ""
    district_code: str = ""
    expected_date: date | None = None
    inferred: bool = False


class UnprovenReport(errors.Refusal):
    """Refuse a report whose signature does not fit."""

    code = "signature_refused"
    status = 401
    message = _("The signature does not fit (%(why)s).")


class UnreadableReport(errors.Refusal):
    """Refuse a report of which no sense can be made; it says where."""

    code = "unreadable_report"
    status = 422
    message = _("The report cannot be read: %(why)s.")


class SourceUnreachable(errors.Refusal):
    """Refuse what needs a source while it does not answer."""

    code = "source_unreachable"
    status = 502
    message = _("The source does not answer as it should (%(why)s).")


class UnreadableSheet(errors.Refusal):
    """Refuse a price sheet of which only a part would be read, or not as it was meant; it says where."""

    code = "unreadable_sheet"
    status = 422
    message = _("The sheet cannot be read whole: row %(row)s cannot be read.")


class ExtraCells(UnreadableSheet):
    """Refuse a row with cells beside the columns, as a comma inside a number makes them."""

    code = "extra_cells"
    message = _("The sheet cannot be read whole: row %(row)s has more cells than there are columns.")


class TwinColumns(UnreadableSheet):
    """Refuse two columns of one name: nobody could tell which of them is meant."""

    code = "twin_columns"
    message = _("The sheet cannot be read whole: two columns are called “%(name)s”.")


class TooManyRows(UnreadableSheet):
    """Refuse a sheet whose end would be left out."""

    code = "too_many_rows"
    message = _("The sheet cannot be read whole: it has more than %(most)s rows.")


class NoSuchSheet(UnreadableSheet):
    """Refuse a workbook without the sheet that was asked for."""

    code = "no_such_sheet"
    message = _("The workbook has no sheet “%(sheet)s”, only: %(names)s.")


class TrackingReader(Protocol):
    """Reads what a source sends; bound as `logistics.tracking.<format>`."""

    def read(self, body: bytes, headers: Mapping[str, str], secret: bytes) -> Sequence[Report]:
        """Prove and read what was sent. Raises: UnprovenReport, UnreadableReport."""

    def answer(self) -> dict[str, Any]:
        """Return what the source wants to hear once its report is safe."""


class TrackingPoller(Protocol):
    """Asks a source for what is new; bound as `logistics.tracking_poll`."""

    def __call__(self, *, address: str, secret: bytes, numbers: Sequence[str]) -> Sequence[Report]:
        """Ask about parcels. Raises: SourceUnreachable."""


class TrackingFile(Protocol):
    """Reads a carrier's file of events; bound as `logistics.tracking_file`."""

    def __call__(self, content: bytes, name: str) -> Sequence[Report]:
        """Read every row. Raises: UnreadableReport with the line."""


class Weighed(msgspec.Struct, frozen=True):
    """What a scale says. Units: grams."""

    weight_g: int
    is_steady: bool


class PackingMachine(Protocol):
    """A scale or label printer on the local network; bound as `logistics.machine`."""

    def weigh(self, address: str) -> Weighed:
        """Ask a scale. Raises: MachineSilent."""

    def print_label(self, address: str, label: str) -> None:
        """Send a label to a printer, as the text it understands. Raises: MachineSilent."""


class MachineSilent(errors.Refusal):
    """Refuse what needs a machine that does not answer."""

    code = "machine_silent"
    status = 502
    message = _("The machine at %(address)s does not answer (%(why)s). Type the weight, or print the label as PDF.")


class ParcelLabel(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the label of one parcel, in clear: it is read by couriers. Units: grams."""

    code: str
    tracking_number: str
    carrier: str
    service: str
    order_number: str
    position: int
    of: int
    weight_g: int
    name: str
    phone: str
    region: str
    street: str
    sender: str
    care: str = ""


class SlipLine(msgspec.Struct, frozen=True):
    """One line of a packing slip. Units: pieces."""

    sku: str
    name: str
    lot: str
    quantity: int


class PackingSlip(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a shipment, for the warehouse that picks it and the customer who opens it."""

    number: str
    order_number: str
    warehouse: str
    parcels: int
    day: str
    lines: list[SlipLine]


class ManifestLine(msgspec.Struct, frozen=True):
    """One parcel on a manifest. Units: grams."""

    code: str
    tracking_number: str
    region: str
    weight_g: int


class ManifestSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The list a carrier signs for what it takes along. Units: grams."""

    number: str
    carrier: str
    warehouse: str
    handed_over: str
    taken_by: str
    weight_g: int
    lines: list[ManifestLine]


class Printer(Protocol):
    """Makes sheets of paper; bound as `logistics.printer`. Chinese prints whatever fonts the machine has."""

    def labels(self, labels: Sequence[ParcelLabel], words: Mapping[str, str]) -> bytes:
        """Draw labels, one a page, as PDF."""

    def zpl(self, labels: Sequence[ParcelLabel], words: Mapping[str, str]) -> bytes:
        """Write labels in the language of label printers."""

    def slips(self, slips: Sequence[PackingSlip], words: Mapping[str, str]) -> bytes:
        """Draw packing slips, one a page, as PDF."""

    def manifest(self, sheets: Sequence[ManifestSheet], words: Mapping[str, str]) -> bytes:
        """Draw manifests as PDF."""

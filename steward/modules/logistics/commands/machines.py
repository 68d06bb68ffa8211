"""Speak to the machines at a packing table: weight in, label out. Source: LOG-4.

Machines answer over the local network, so that nothing here runs inside a transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, ports
from steward.kernel.actor import Actor
from steward.modules.logistics.commands.packing import pack_shipment
from steward.modules.logistics.commands.printing import request_print, run_print
from steward.modules.logistics.ports import PackingMachine
from steward.modules.logistics.rules.packing import ParcelDraft

PORT = "logistics.machine"


class NotSteady(errors.Refusal):
    """Refuse a weight that still moves, or of nothing."""

    code = "not_steady"
    status = 409
    message = _("The scale is not steady, or nothing stands on it (%(weight)s g). Wait and ask again.")


def pack_by_scale(
    actor: Actor, *, number: str, scale: str, now: datetime, printer: str = "", tracking_number: str = ""
) -> list[str]:
    """Close a picked shipment into one parcel of the weight the scale says, and print its label where a printer is.

    Returns the parcels' codes. A printer that is silent leaves the shipment packed: only its label is to be printed.
    Raises: MachineSilent, NotSteady, and what pack_shipment and print_on_machine raise. Emits: ShipmentPacked.
    """
    actor.require("logistics.ship")
    machine: PackingMachine = ports.bound(PORT)
    found = machine.weigh(scale)
    if not found.is_steady or found.weight_g <= 0:
        raise NotSteady(weight=found.weight_g)
    parcel = ParcelDraft(weight_g=found.weight_g, tracking_number=tracking_number)
    codes = pack_shipment(actor, number=number, parcels=[parcel], now=now)
    if printer:
        print_on_machine(actor, number=number, printer=printer, now=now)
    return codes


def print_on_machine(actor: Actor, *, number: str, printer: str, now: datetime) -> int:
    """Send the labels of a shipment to a label printer. Returns the print run, as which they are on record.

    Raises: NotPermitted, NothingToPrint, MachineSilent. Emits: LabelsPrinted.
    """
    run_id = request_print(actor, kind="labels", numbers=[number], now=now, format_="zpl", later=False)
    run = run_print(run_id, now)
    with default_storage.open(run.stored_file) as file:
        label = bytes(file.read()).decode()
    machine: PackingMachine = ports.bound(PORT)
    machine.print_label(printer, label)
    return run_id

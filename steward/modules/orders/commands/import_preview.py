"""Show what would become of a file, without writing anything."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from msgspec import Struct

from steward.kernel.actor import Actor
from steward.kernel.findings import Finding
from steward.modules.orders.commands.import_batches import Batches, Tally
from steward.modules.orders.commands.import_files import Rejects, local_copy, opened
from steward.modules.orders.commands.imports import Progress, bound_plan, read_into, shop_for
from steward.modules.orders.commands.intake import Intake, Prepared, Receipt, prepare
from steward.modules.orders.commands.mappings import active_mapping
from steward.modules.orders.models import Order
from steward.modules.orders.ports import Row
from steward.modules.orders.rules.drafts import OrderDraft
from steward.modules.orders.rules.mapping import map_group
from steward.modules.orders.rules.mapping_plan import compiled
from steward.modules.orders.rules.mapping_shape import MappingRules, parsed


class PreviewOrder(Struct, frozen=True):
    """What the rows of one order would become: a draft, or findings by row number."""

    rows: Sequence[Row]
    draft: OrderDraft | None
    cancelled: int
    findings: dict[int, list[Finding]]


class Preview(Struct, frozen=True):
    """The beginning of a file as a mapping reads it. `findings` are about the mapping itself."""

    header: Sequence[str]
    delimiter: str
    rows: Sequence[Row]
    orders: Sequence[PreviewOrder]
    findings: Sequence[Finding]


def preview_import(
    actor: Actor, *, stored_file: str, shop_code: str, rules: dict[str, Any], limit: int = 20
) -> Preview:
    """Read the first rows of a file with a mapping, be it saved or still being edited.

    Rows of an order that lie further down are not looked for. Raises: NotPermitted; UnknownShop; UnreadableFile.
    """
    actor.require("orders.import")
    shop = shop_for(actor, shop_code)
    checked = parsed(rules)
    reading = checked if isinstance(checked, MappingRules) else MappingRules(fields={})
    with local_copy(stored_file) as path, opened(path, reading) as source:
        rows = list(islice(source.rows(), limit))
        if isinstance(checked, list):
            return Preview(source.header, source.delimiter, rows, [], checked)
        plan = compiled(checked, source.header, shop=shop.code, code="preview")
        if isinstance(plan, list):
            return Preview(source.header, source.delimiter, rows, [], plan)
        key = plan.key
        groups = (
            [[row] for row in rows]
            if key is None
            else [list(part) for _, part in groupby(rows, lambda row: row.number if row.problem else row.cells[key])]
        )
        orders = []
        for group in groups:
            outcome = map_group(group, plan)
            found = {row.number: findings for row, findings in outcome.sent_back}
            orders.append(PreviewOrder(group, outcome.draft, len(outcome.cancelled), found))
        return Preview(source.header, source.delimiter, rows, orders, [])


def check_import(
    actor: Actor,
    *,
    stored_file: str,
    shop_code: str,
    mapping_code: str,
    now: datetime,
    progress: Progress | None = None,
) -> Tally:
    """Map and check a whole file and count what would become of it; writes nothing.

    Raises: NotPermitted; UnknownShop; UnknownMapping; UnfitMapping; UnfitFile; UnreadableFile.
    """
    actor.require("orders.import")
    actor.require("orders.enter")
    shop = shop_for(actor, shop_code)
    mapping, rules = active_mapping(mapping_code)
    with (
        local_copy(stored_file) as path,
        opened(path, rules) as source,
        tempfile.TemporaryDirectory(prefix="steward-check-") as folder,
        ExitStack() as stack,
    ):
        plan = bound_plan(source, rules, shop=shop.code, mapping=mapping.code, file=path.name)
        judge = partial(_judged, actor, now, makes_items=rules.unknown_sku != "reject")
        rejects = stack.enter_context(closing(Rejects(source, Path(folder))))
        batches = Batches(actor, plan, rejects, judge, writes=False)
        read_into(batches, source, plan, progress)
        return batches.tally


def _judged(actor: Actor, now: datetime, intakes: Sequence[Intake], *, makes_items: bool) -> list[Receipt]:
    """Say what would become of a batch, each order by itself."""
    prepared = prepare(actor, intakes, now)
    fit = [one for one in prepared if isinstance(one, Prepared)]
    known = {
        (shop_id, number): bytes(content_hash)
        for shop_id, number, content_hash in Order.objects.filter(
            shop_id__in={one.shop.id for one in fit},
            external_number__in=[one.intake.draft.external_number for one in fit],
        ).values_list("shop_id", "external_number", "payload_hash")
    }
    receipts = []
    for one in prepared:
        if isinstance(one, Receipt):
            receipts.append(Receipt("created") if makes_items and one.code == "sku_unknown" else one)
            continue
        before = known.get((one.shop.id, one.intake.draft.external_number))
        if before:
            receipts.append(Receipt("duplicate" if before == one.content_hash else "conflict"))
        else:
            known[one.shop.id, one.intake.draft.external_number] = one.content_hash
            receipts.append(Receipt("created"))
    return receipts

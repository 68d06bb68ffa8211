"""Take in a file of orders: good ones go in, bad ones come back with reasons, and sending it again does no harm."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from steward.kernel import actor as actors
from steward.kernel import events, moment
from steward.kernel.actor import Actor
from steward.kernel.ahead import read_ahead
from steward.kernel.command import command
from steward.kernel.errors import NotFound, Refusal
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands.cancellations import match_cancellations
from steward.modules.orders.commands.import_batches import Batches, Tally, reason_text
from steward.modules.orders.commands.import_files import Rejects, local_copy, opened
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.mappings import active_mapping, rules_of
from steward.modules.orders.commands.receive import receive_resilient
from steward.modules.orders.events import ImportFinished
from steward.modules.orders.models import ImportRun
from steward.modules.orders.ports import RowSource
from steward.modules.orders.rules.mapping import map_group
from steward.modules.orders.rules.mapping_plan import Plan, compiled
from steward.modules.orders.rules.mapping_shape import MappingRules

TASK = "orders.import_file"
GROUPS_AT_ONCE = 100
LOTS_AHEAD = 6
COUNTS = ("received", "created", "duplicate", "conflict", "rejected", "cancellations")
Progress = Callable[[Tally], None]


class UnknownShop(NotFound):
    """Refuse a shop that does not exist or that the actor may not touch."""

    code = "unknown_shop"
    message = _("There is no shop “%(key)s”. Choose one of: %(known)s.")


class UnfitFile(Refusal):
    """Refuse a file whose columns the mapping does not fit."""

    code = "unfit_file"
    status = 422
    message = _("The file “%(file)s” does not fit the mapping “%(mapping)s”. %(problems)s")


@command(needs="orders.import")
def start_import(
    actor: Actor,
    *,
    shop_code: str,
    mapping_code: str,
    file_name: str,
    stored_file: str,
    historic: bool = False,
    later: bool = True,
    from_folder: bool = False,
) -> int:
    """Note a file to be taken in, and with `later` queue the job that does it. Returns the run's id.

    Raises: UnknownShop; UnknownMapping; UnfitMapping.
    """
    shop = shop_for(actor, shop_code)
    mapping, _rules = active_mapping(mapping_code)
    run = ImportRun.objects.create(
        shop_id=shop.id,
        mapping_id=mapping.id,
        file_name=file_name[:200],
        stored_file=stored_file,
        historic=historic,
        started_by=actor.id,
    )
    if later:
        app.configure_task(TASK, queue="imports").defer(run_id=run.id, locale=actor.locale, folder=from_folder)
    return int(run.id)


def shop_for(actor: Actor, code: str) -> catalog.ShopFacts:
    """Return a shop the actor may import into. Raises: UnknownShop."""
    shops = {shop.code: shop for shop in catalog.shops() if shop.active and actor.covers(shop.code)}
    if code not in shops:
        raise UnknownShop(key=code, known=", ".join(shops))
    return shops[code]


def run_import(
    actor: Actor,
    *,
    run_id: int,
    now: datetime,
    source: Literal["file", "folder"] = "file",
    progress: Progress | None = None,
) -> Tally:
    """Take in the file of a run, batch by batch, each in a transaction of its own.

    A run that was broken off is taken up again from the start: what is there already counts as duplicate. A run that is
    done stays as it is. Raises: NotPermitted; UnreadableFile, UnfitFile and UnfitMapping, noted on the run.
    Emits: OrderReceived and its like; LineCancelled; ImportFinished.
    """
    actor.require("orders.import")
    actor.require("orders.enter")
    run = ImportRun.objects.select_related("shop", "mapping").filter(id=run_id).first()
    if run is None:
        raise NotFound(key=run_id)
    if run.state == "done":
        return _tally_of(run)
    ImportRun.objects.filter(id=run_id).update(state="running", started_at=run.started_at or now, error="")
    try:
        tally, rejects_file = _take_in(actor, run, now, source, progress)
    except Refusal as refusal:
        with translation.override(actor.locale):
            ImportRun.objects.filter(id=run_id).update(state="failed", error=str(refusal), finished_at=moment.now())
        raise
    if tally.cancellations:
        match_cancellations(actor, shop_id=run.shop_id, now=now)
    finish_import(actor, run_id=run_id, tally=tally, rejects_file=rejects_file, now=moment.now())
    return tally


def _take_in(
    actor: Actor, run: ImportRun, now: datetime, came: Literal["file", "folder"], progress: Progress | None
) -> tuple[Tally, str]:
    """Read, map and take in. Returns the counts and the name of the rejects file."""
    rules = rules_of(run.mapping.rules)
    with (
        local_copy(run.stored_file) as path,
        opened(path, rules) as source,
        tempfile.TemporaryDirectory(prefix="steward-rejects-") as folder,
        ExitStack() as stack,
    ):
        plan = bound_plan(source, rules, shop=run.shop.code, mapping=run.mapping.code, file=run.file_name)
        rejects = stack.enter_context(closing(Rejects(source, Path(folder))))
        batches = Batches(actor, plan, rejects, partial(_received, actor, now))
        batches.describe(source=came, historic=run.historic)
        read_into(batches, source, plan, progress)
        return batches.tally, rejects.keep(run.file_name, now)


def _received(actor: Actor, now: datetime, intakes: Sequence[Intake]) -> list[Receipt]:
    return receive_resilient(actor, intakes=intakes, now=now)


def bound_plan(source: RowSource, rules: MappingRules, *, shop: str, mapping: str, file: str) -> Plan:
    """Bind a mapping to the columns of a file. Raises: UnfitFile."""
    plan = compiled(rules, source.header, shop=shop, code=mapping)
    if isinstance(plan, Plan):
        return plan
    raise UnfitFile(file=file, mapping=mapping, problems=" ".join(map(reason_text, plan)))


def read_into(batches: Batches, source: RowSource, plan: Plan, progress: Progress | None) -> None:
    """Map every order of a file and hand it to the batches; mapping goes on while the database works."""
    mapped = (map_group(group, plan) for group in source.groups(plan.key))
    with closing(read_ahead(mapped, at_once=GROUPS_AT_ONCE, ahead=LOTS_AHEAD)) as outcomes:
        for outcome in outcomes:
            if batches.add(outcome) and progress:
                progress(batches.tally)
    batches.flush()
    if progress:
        progress(batches.tally)


def note_progress(run_id: int, tally: Tally) -> None:
    """Note how far a run is, for whoever watches it; each batch has committed by then."""
    ImportRun.objects.filter(id=run_id, state="running").update(**_counts(tally))


@command(needs="orders.import")
def finish_import(actor: Actor, *, run_id: int, tally: Tally, rejects_file: str, now: datetime) -> None:
    """Note what became of a file. Emits: ImportFinished."""
    ImportRun.objects.filter(id=run_id).update(
        state="done", finished_at=now, rejects_file=rejects_file, **_counts(tally)
    )
    events.record(actor, [ImportFinished(import_id=run_id, created=tally.created, rejected=tally.rejected)])


def starter_of(run_id: int, locale: str) -> Actor:
    """Return who started a run, as the actor of its job: the permission was checked when it was queued.

    Raises: NotFound.
    """
    started_by = ImportRun.objects.filter(id=run_id).values_list("started_by", flat=True).first()
    if started_by is None:
        raise NotFound(key=run_id)
    return replace(actors.system("import"), id=started_by, locale=locale)


def _tally_of(run: ImportRun) -> Tally:
    return Tally(**{name: getattr(run, name) for name in COUNTS})


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in COUNTS}

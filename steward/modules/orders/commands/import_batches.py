"""Gather mapped orders into batches, take each batch in, and send back what was not taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from django.utils import translation
from msgspec import Struct

from steward.kernel import actor as actors
from steward.kernel.actor import Actor
from steward.kernel.findings import Finding
from steward.modules.catalog import commands as catalog_commands
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands import cancellations
from steward.modules.orders.commands.import_files import Rejects
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.queries import field_label, finding_text
from steward.modules.orders.rules.drafts import OrderDraft
from steward.modules.orders.rules.mapping_outcome import Outcome
from steward.modules.orders.rules.mapping_plan import Plan

ORDERS_AT_ONCE = 500
LINES_AT_ONCE = 5_000
SYSTEM = actors.system("import")

Taker = Callable[[Sequence[Intake]], list[Receipt]]


class Tally(Struct):
    """What became of a file.

    Counts orders, cancellation documents, and rows that belong to none; `received` is the sum of the other four.
    """

    received: int = 0
    created: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    cancellations: int = 0
    rows: int = 0

    def count(self, outcome: str) -> None:
        """Count one more."""
        self.received += 1
        setattr(self, outcome, getattr(self, outcome) + 1)


class Batches:
    """The orders waiting for the next batch, and everything counted so far."""

    def __init__(self, actor: Actor, plan: Plan, rejects: Rejects, take: Taker, *, writes: bool = True) -> None:
        self._actor, self._plan, self._rejects, self._take = actor, plan, rejects, take
        self._writes = writes
        self._source: Literal["file", "folder"] = "file"
        self._historic = False
        self._orders: list[Outcome] = []
        self._documents: list[Outcome] = []
        self._lines = 0
        self.tally = Tally()

    def describe(self, *, source: Literal["file", "folder"], historic: bool) -> None:
        """Say how the file came and whether it tells of the past."""
        self._source, self._historic = source, historic

    def add(self, outcome: Outcome) -> bool:
        """Take on the rows of one order. Returns whether a batch was taken in by it."""
        self.tally.rows += len(outcome.rows)
        self._send_back(outcome)
        if outcome.draft is not None:
            self._orders.append(outcome)
            self._lines += len(outcome.draft.lines)
        elif outcome.cancelled:
            self._documents.append(outcome)
        if len(self._orders) >= ORDERS_AT_ONCE or self._lines >= LINES_AT_ONCE or len(self._documents) >= LINES_AT_ONCE:
            self.flush()
            return True
        return False

    def flush(self) -> None:
        """Take in what has gathered."""
        orders, documents = self._orders, self._documents
        self._orders, self._documents, self._lines = [], [], 0
        if orders:
            self._take_orders(orders)
        if documents:
            self._take_documents(documents)

    def _send_back(self, outcome: Outcome) -> None:
        for _row in outcome.set_aside:
            self.tally.count("rejected")
        if outcome.findings:
            self.tally.count("rejected")
        for row, findings in outcome.sent_back:
            self._reject(row.cells, findings)

    def _reject(self, cells: Sequence[str], findings: Sequence[Finding]) -> None:
        with translation.override(self._actor.locale):
            self._rejects.write(cells, "; ".join(dict.fromkeys(map(reason_text, findings))))

    def _take_orders(self, orders: Sequence[Outcome]) -> None:
        drafts = [outcome.draft for outcome in orders if outcome.draft is not None]
        self._make_items(drafts)
        intakes = [Intake(draft, self._source, historic=self._historic) for draft in drafts]
        for outcome, receipt in zip(orders, self._take(intakes), strict=True):
            self.tally.count(receipt.outcome)
            if receipt.outcome == "rejected":
                findings = receipt.findings or [Finding("row", receipt.code, "error")]
                aside = {row.number for row, _ in outcome.set_aside}
                for row in outcome.rows:
                    if row.number not in aside:
                        self._reject(row.cells, findings)

    def _take_documents(self, documents: Sequence[Outcome]) -> None:
        """Keep cancellation documents; those of items nobody knows come back."""
        self._make_cancelled_items(documents)
        known = catalog.item_ids_by_sku({line.sku for outcome in documents for line in outcome.cancelled})
        fit = []
        for outcome in documents:
            unknown = {line.sku for line in outcome.cancelled if line.sku not in known}
            if unknown and (self._writes or self._plan.rules.unknown_sku == "reject"):
                self.tally.count("rejected")
                for row in outcome.rows:
                    self._reject(
                        row.cells, [Finding("sku", "sku_unknown", "error", {"sku": ", ".join(sorted(unknown))})]
                    )
            else:
                fit.append(outcome)
        self.tally.cancellations += len(fit)
        if not self._writes:
            for _outcome in fit:
                self.tally.count("created")
            return
        shop = catalog.shops_by_code()[self._plan.shop]
        receipts = cancellations.record_resilient(
            self._actor, shop=shop, documents=[outcome.cancelled for outcome in fit]
        )
        for receipt in receipts:
            self.tally.count(receipt.outcome)

    def _make_items(self, drafts: Sequence[OrderDraft]) -> None:
        self._make_unknown({line.sku: line.title for draft in drafts for line in draft.lines if line.sku})

    def _make_cancelled_items(self, documents: Sequence[Outcome]) -> None:
        self._make_unknown({line.sku: "" for outcome in documents for line in outcome.cancelled})

    def _make_unknown(self, titles: dict[str, str]) -> None:
        """Make the items that the mapping says are to be made; their price stays unknown, a sale is no price list."""
        rules = self._plan.rules
        if not self._writes or rules.unknown_sku == "reject":
            return
        missing = titles.keys() - catalog.items_by_sku(titles).keys()
        if missing:
            items = [
                catalog_commands.ItemDraft(
                    sku=sku,
                    name_zh=titles[sku] or sku,
                    name_en=titles[sku],
                    stocked=rules.unknown_sku == "create",
                    currency=rules.currency,
                    origin="import",
                )
                for sku in sorted(missing)
            ]
            catalog_commands.create_items(SYSTEM, items=items)


def reason_text(finding: Finding) -> str:
    """Say what was found and where, in the language in force."""
    text = finding_text(finding.code, finding.params)
    if finding.field == "row":
        return text
    column = finding.params.get("column")
    return f"{column or field_label(finding.field)}: {text}"

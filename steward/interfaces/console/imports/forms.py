"""An uploaded file on its way through the wizard, and what a mapping makes of its beginning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.findings import Finding
from steward.modules.orders import queries
from steward.modules.orders.commands.import_files import keep_upload
from steward.modules.orders.commands.import_preview import Preview, PreviewOrder, preview_import
from steward.modules.orders.ports import UnreadableFile
from steward.modules.orders.queries.intake import MappingView

SALT = "steward.imports.upload"
VALID_S = 7 * 24 * 3600
GUESSED_FROM_ROWS = 5


class Upload(Struct, frozen=True):
    """A kept file. `token` is what travels through the browser; nobody can make one for another file."""

    stored: str
    name: str

    @property
    def token(self) -> str:
        """Sign the name the file is kept under."""
        return signing.dumps([self.stored, self.name], salt=SALT, compress=True)


class UploadGone(errors.Refusal):
    """Refuse a file that was not uploaded, or too long ago."""

    code = "upload_gone"
    status = 410
    message = _("This upload is no longer known. Upload the file again.")


def keep(actor: Actor, file: UploadedFile[Any]) -> Upload:
    """Keep an uploaded file."""
    name = Path(str(file.name or "orders.csv")).name[:150]
    return Upload(keep_upload(actor, name=name, content=file), name)


def upload_of(token: str) -> Upload:
    """Read a token. Raises: UploadGone."""
    try:
        stored, name = signing.loads(token, salt=SALT, max_age=VALID_S)
    except (signing.BadSignature, ValueError) as error:
        raise UploadGone from error
    return Upload(stored, name)


def guessed_mapping(actor: Actor, upload: Upload, shop_code: str, mappings: list[MappingView]) -> str:
    """Choose the mapping that reads the beginning of the file with the fewest findings; "" when none fits."""
    best: tuple[int, int, str] | None = None
    for mapping in mappings:
        preview = preview_import(
            actor, stored_file=upload.stored, shop_code=shop_code, rules=mapping.rules, limit=GUESSED_FROM_ROWS
        )
        if preview.findings:
            continue
        bad = sum(len(order.findings) for order in preview.orders)
        rank = (bad, -len(mapping.rules.get("fields", {})), mapping.code)
        best = min(best, rank) if best else rank
    return best[2] if best else ""


class Shown(Struct, frozen=True):
    """A preview as the page shows it. `problem` says why the file cannot be read at all."""

    header: list[str]
    rows: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    findings: list[str]
    delimiter: str
    problem: str = ""

    @property
    def is_fit(self) -> bool:
        """Tell whether the file can be imported with this mapping."""
        return not (self.problem or self.findings)


def shown(actor: Actor, upload: Upload, *, shop_code: str, rules: dict[str, Any]) -> Shown:
    """Read the beginning of a file with a mapping and lay it out for the page."""
    try:
        preview = preview_import(actor, stored_file=upload.stored, shop_code=shop_code, rules=rules)
    except (UnreadableFile, errors.NotFound) as refusal:
        return Shown([], [], [], [], "", str(refusal))
    return Shown(
        header=list(preview.header),
        rows=[{"number": row.number, "cells": list(row.cells)} for row in preview.rows],
        orders=[_order(order) for order in preview.orders],
        findings=[
            f"{queries.field_label(finding.field)}: {queries.finding_text(finding.code, finding.params)}"
            for finding in preview.findings
        ],
        delimiter={"\t": _("tab"), ",": _("comma"), ";": _("semicolon")}.get(preview.delimiter, preview.delimiter),
    )


def said(finding: Finding) -> str:
    """Say what was found and in which field."""
    return f"{queries.field_label(finding.field)}: {queries.finding_text(finding.code, finding.params)}"


def _order(order: PreviewOrder) -> dict[str, Any]:
    draft = order.draft
    numbers = [row.number for row in order.rows]
    findings = [
        f"{number}: {queries.field_label(finding.field)} · {queries.finding_text(finding.code, finding.params)}"
        for number, found in order.findings.items()
        for finding in found
    ]
    shown_rows = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
    if draft is None:
        return {"rows": shown_rows, "draft": None, "cancelled": order.cancelled, "findings": findings}
    lines_minor = sum(line.quantity * line.unit_price_minor - line.discount_minor for line in draft.lines)
    computed = lines_minor + draft.shipping_minor - draft.discount_minor
    return {
        "rows": shown_rows,
        "draft": draft,
        "lines": len(draft.lines),
        "total_minor": computed if draft.total_minor is None else draft.total_minor,
        "paid_minor": sum(entry.amount_minor for entry in draft.payments),
        "region": "".join(dict.fromkeys((draft.recipient.province, draft.recipient.city, draft.recipient.district))),
        "cancelled": order.cancelled,
        "findings": findings,
    }


__all__ = ["Preview", "Shown", "Upload", "guessed_mapping", "keep", "said", "shown", "upload_of"]

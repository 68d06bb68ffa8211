"""What somebody asks for, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.returns.rules.policy import Verdict


class Want(Struct, frozen=True):
    """So many pieces of an order's line."""

    line_id: int
    quantity: int


class Instead(Struct, frozen=True):
    """In the place of so many pieces of a line, pieces of another item."""

    line_id: int
    sku: str
    quantity: int


class CaseDraft(Struct, frozen=True, kw_only=True):
    """What somebody wants of an order. `source` names the door; `outside_number` and `answer_due_at` a marketplace's.

    `instead` says what is wanted in the place of pieces; those it leaves out are wanted again. `despite` says why a
    case is opened against the policy: only who may decide does, and another decides.
    """

    order_number: str
    kind: str
    reason: str
    wants: tuple[Want, ...]
    source: str
    words: str = ""
    answers: Mapping[str, Any] = {}
    attachment_ids: tuple[int, ...] = ()
    ticket_id: int | None = None
    outside_number: str = ""
    answer_due_at: datetime | None = None
    opened: bool | None = None
    despite: str = ""
    instead: tuple[Instead, ...] = ()


class Refused(Struct, frozen=True):
    """Why a case was not opened; `queries.words.refusal_words` says it to a person."""

    code: str
    params: Mapping[str, Any] = {}


class CaseReceipt(Struct, frozen=True, kw_only=True):
    """What became of a draft: the case it opened (or that it had opened before), or why it opened none."""

    number: str = ""
    id: int | None = None
    state: str = ""
    refusal: Refused | None = None
    verdict: Verdict | None = None

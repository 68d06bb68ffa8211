"""What other modules hand over: a message to a customer, a notice to staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

LONGEST_KEY = 200


class LinkWish(Struct, frozen=True, kw_only=True):
    """The signed link a message carries, where it is not the one its kind makes by itself."""

    purpose: str
    subject_id: int
    expires_at: datetime


class Outgoing(Struct, frozen=True, kw_only=True):
    """One message to a customer. It holds no name, phone or e-mail: these are looked up when it is sent.

    `params` are exactly the placeholders of the template's kind (see `catalogue`). The same `dedupe_key` is never sent
    twice. `channel` None lets the customer's preference decide; `not_before` None means now. `link` replaces the link
    that the kind makes of the subject.
    """

    template: str
    customer_id: int
    subject_kind: str
    subject_id: int
    params: Mapping[str, Any]
    dedupe_key: str
    channel: str | None = None
    simulated: bool = False
    not_before: datetime | None = None
    link: LinkWish | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """One notice to some of the staff; each reads it once, in their own language.

    `kind` groups notices (clock, approval, exception, money, system); `params.subject` is what people call the
    subject, e.g. the order's number. Per person the same `dedupe_key` is never told twice.
    """

    staff_ids: list[int]
    kind: str
    template: str
    params: Mapping[str, Any]
    subject_kind: str
    subject_id: int
    dedupe_key: str
    urgent: bool = False
    simulated: bool = False

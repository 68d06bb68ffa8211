"""What a rule of the return policy may say, what it is asked with, and what it answers.

Units: minor units of the order's currency, hours, days, permille. Source: RET-1; docs/decisions/0031.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Kind = Literal["refund_only", "return_refund", "exchange", "reship", "repair"]
Fault = Literal["customer", "merchant", "carrier"]
ReturnClass = Literal["custom_made", "fresh", "digital", "press", "hygiene", "final_sale"]
PLAIN = r"^[^\x00]*$"  # the database holds no zero character
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=PLAIN)]
Label = Annotated[str, Meta(max_length=120, pattern=PLAIN)]
Amount = Annotated[int, Meta(ge=0, le=10**15)]
Hours = Annotated[int, Meta(ge=0, le=24 * 366)]
Many = Annotated[tuple[Name, ...], Meta(max_length=100)]
# What a rule that refuses may give as its reason; the words stand in queries/policy_words.py.
REFUSALS = ("excluded", "opened", "final_sale", "not_delivered", "not_offered", "once_only")
# What else an answer may be short of.
WHYS = (*REFUSALS, "too_late", "kind_not_offered", "no_rule", "evidence_missing", "unknown_line", "unknown_reason")


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has to be so for a rule to fit; what is left empty may be anything.

    `reasons` mean those below them too, `categories` all goods under that path. `opened` that nobody has told yet
    counts as not opened: inspection will show. `warranty` "over" fits goods that had one only. `first`: whether the
    order had no case before of which something came (refused, withdrawn, solved and lapsed ones do not count).
    """

    kinds: tuple[Kind, ...] = ()
    reasons: Many = ()
    faults: tuple[Fault, ...] = ()
    return_classes: tuple[ReturnClass, ...] = ()
    categories: Many = ()
    skus: Many = ()
    platforms: Many = ()
    shops: Many = ()
    currency: Annotated[str, Meta(pattern="^([A-Z]{3})?$")] = ""
    price_from_minor: Amount = 0
    price_below_minor: Amount = 0
    delivered: bool | None = None
    opened: bool | None = None
    trusted: bool | None = None
    warranty: Literal["", "within", "over"] = ""
    first: bool | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule: allow with terms, refuse with a reason, or set the deadlines of whichever rule decides (`frame`).

    `within_days` None: without end. `automatic`: up to which amount per currency a case needs nobody; a currency
    that is not in it always does. `advance`: whether the solution goes out before the goods are back. `return_within_h`
    0: any time; `answer_within_h` 0: nobody outside sets one.
    """

    code: Code
    labels: dict[Literal["zh-hans", "zh-hant", "en"], Label]
    outcome: Literal["allow", "refuse", "frame"] = "allow"
    when: When = When()
    within_days: Annotated[int, Meta(ge=0, le=3_660)] | None = None
    since: Literal["delivered", "placed"] = "delivered"
    why: Literal["", "excluded", "opened", "final_sale", "not_delivered", "not_offered", "once_only"] = ""
    freight: Literal["by_fault", "merchant", "customer"] = "by_fault"
    restocking_permille: Annotated[int, Meta(ge=0, le=1_000)] = 0
    automatic: dict[Annotated[str, Meta(pattern="^[A-Z]{3}$")], Amount] = {}
    advance: Literal["never", "trusted", "always"] = "never"
    pictures: Annotated[int, Meta(ge=0, le=20)] = 0
    videos: Annotated[int, Meta(ge=0, le=5)] = 0
    return_within_h: Hours = 0
    answer_within_h: Hours = 0
    active: bool = True


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of one line of an order and of what is wanted of it. Units: minor units of `currency`, months."""

    kind: str
    reason: str
    fault: str
    shop: str
    platform: str
    category: str
    return_class: str
    sku: str
    price_minor: int
    currency: str
    placed_at: datetime
    delivered_at: datetime | None
    opened: bool | None
    trusted: bool
    pictures: int
    videos: int
    warranty_months: int = 0
    first: bool = True
    time_zone: str = "Asia/Shanghai"


class Verdict(Struct, frozen=True, kw_only=True):
    """The policy's answer: eligible, or why not; what could be had instead, and on which terms.

    `kinds`: every solution these facts have, the one asked for among them where it is eligible. `rule` is the one that
    decided ("" none). `automatic_up_to_minor` −1: never without a person. `until`: when the window closes or closed.
    """

    eligible: bool
    why: str = ""
    params: Mapping[str, Any] = {}
    kinds: tuple[str, ...] = ()
    freight_payer: str = ""
    restocking_permille: int = 0
    automatic_up_to_minor: int = -1
    advance: bool = False
    pictures: int = 0
    videos: int = 0
    return_within_h: int = 0
    answer_within_h: int = 0
    until: datetime | None = None
    rule: str = ""
    version: int = 0


class Step(Struct, frozen=True):
    """What became of one rule: it decided, set deadlines, stood behind the one that did, or missed these conditions."""

    code: str
    became: Literal["decided", "framed", "behind", "missed", "off"]
    misses: tuple[str, ...] = ()
    until: datetime | None = None

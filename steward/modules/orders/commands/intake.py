"""What comes in and what is answered, and how a draft is prepared before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct, structs

from steward.kernel import money, personal
from steward.kernel.actor import Actor
from steward.kernel.findings import Finding
from steward.modules.catalog import queries as catalog
from steward.modules.customers.queries import reading
from steward.modules.customers.rules.buyers import Buyer, Profile, buyer_of
from steward.modules.orders.rules import checks
from steward.modules.orders.rules.drafts import (
    NOT_SUPPLIED_FIELDS,
    OrderDraft,
    RecipientDraft,
    canonical,
    payload_hash,
    unstorable,
)
from steward.modules.payments.rules import payment_state

Outcome = Literal["created", "duplicate", "conflict", "rejected"]
ADDRESS_FIELDS = {"street_text": "recipient.street"}


class Intake(Struct):
    """One draft with how it came. `actor` None: the command's own; `idempotency_key` is unique per actor."""

    draft: OrderDraft
    source: Literal["api", "bulk", "file", "folder", "form", "sample"]
    idempotency_key: str | None = None
    historic: bool = False
    simulated: bool = False
    actor: Actor | None = None


class Receipt(Struct, omit_defaults=True):
    """What became of an intake. `code` names why it was rejected or conflicts; `replayed`: answered from before."""

    outcome: Outcome
    number: str = ""
    order_id: int = 0
    state: str = ""
    code: str = ""
    findings: Sequence[Finding] = ()
    replayed: bool = False


class Prepared(Struct):
    """A draft that may become an order: checked, its references resolved, ready to be written."""

    intake: Intake
    actor: Actor
    shop: catalog.ShopFacts
    content_hash: bytes
    checked: checks.Checked
    item_ids: list[int]
    stocked: dict[int, int]
    buyer: Buyer | None
    phone_index: bytes | None
    findings: list[Finding]
    paid_minor: int = 0
    refunded_minor: int = 0

    @property
    def payment_state(self) -> str:
        """Name the payment axis from what the ledger took."""
        return payment_state(
            total_minor=self.checked.total_minor, paid_minor=self.paid_minor, refunded_minor=self.refunded_minor
        )


def prepare(actor: Actor, intakes: Sequence[Intake], now: datetime) -> list[Prepared | Receipt]:
    """Check every draft; those that cannot be orders come back as receipts that say why. Writes nothing."""
    shops = catalog.shops_by_code()
    skus = {line.sku for intake in intakes for line in intake.draft.lines if line.sku and "\0" not in line.sku}
    items = {sku: _known(facts) for sku, facts in catalog.items_by_sku(skus | {NO_GOODS}).items()}
    if NO_GOODS in items:
        items[""] = items[NO_GOODS]
    return [_prepare_one(intake, intake.actor or actor, shops, items, now) for intake in intakes]


NO_GOODS = "NOT-SUPPLIED"


def _known(facts: catalog.ItemFacts) -> checks.KnownItem:
    return _known_item(facts)


@lru_cache(maxsize=65_536)
def _known_item(facts: catalog.ItemFacts) -> checks.KnownItem:
    return checks.KnownItem(
        facts.id, facts.sku, facts.stocked, facts.price_minor, facts.currency, facts.usual_quantity, facts.components
    )


def _rejected(code: str, field_: str, **params: str) -> Receipt:
    return Receipt("rejected", code=code, findings=(Finding(field_, code, "error", params),))


def _refusal(
    intake: Intake,
    content: bytes,
    actor: Actor,
    shops: dict[str, catalog.ShopFacts],
    items: dict[str, checks.KnownItem],
) -> Receipt | None:
    """Name why a draft cannot be an order at all."""
    draft = intake.draft
    if flaw := unstorable(draft, content):
        return _rejected(flaw[1], flaw[0])
    shop = shops.get(draft.shop)
    if shop is None or not shop.active:
        return _rejected("shop_unknown", "shop", shop=draft.shop)
    if not actor.covers(draft.shop) or not actor.may("orders.enter"):
        return _rejected("not_permitted", "shop", given=draft.shop)
    if draft.currency not in money.CURRENCIES:
        return _rejected("currency_unknown", "currency", currency=draft.currency)
    if unknown := [name for name in draft.not_supplied if name not in NOT_SUPPLIED_FIELDS]:
        return _rejected("not_supplied_unknown", "not_supplied", given=", ".join(unknown))
    nameless = "goods" in draft.not_supplied
    strange = [
        Finding(f"lines.{index}.sku", "sku_unknown" if line.sku else "sku_missing", "error", {"sku": line.sku})
        for index, line in enumerate(draft.lines)
        if (not line.sku and not nameless) or line.sku not in items
    ]
    if strange:
        return Receipt("rejected", code="sku_unknown", findings=strange)
    if sum(entry.amount_minor for entry in draft.refunds) > sum(entry.amount_minor for entry in draft.payments):
        return _rejected("refund_exceeds_payment", "refunds")
    return None


def _prepare_one(
    intake: Intake,
    actor: Actor,
    shops: dict[str, catalog.ShopFacts],
    items: dict[str, checks.KnownItem],
    now: datetime,
) -> Prepared | Receipt:
    content = canonical(intake.draft)
    refusal = _refusal(intake, content, actor, shops, items)
    if refusal is not None:
        return refusal
    draft, shop = intake.draft, shops[intake.draft.shop]
    checked = checks.check_order(
        draft, items, shop_currency=shop.currency, read_phone=read_phone, read_place=read_place, now=now
    )
    stocked: dict[int, int] = {}
    for line in draft.lines:
        item = items[line.sku]
        if item.stocked:
            for part, each in item.components or ((item.id, 1),):
                stocked[part] = stocked.get(part, 0) + line.quantity * each
    buyer_phone = _buyer_phone(draft, checked.findings) if draft.buyer.phone else ""
    return Prepared(
        intake=intake,
        actor=actor,
        shop=shop,
        content_hash=payload_hash(content),
        checked=checked,
        item_ids=[items[line.sku].id for line in draft.lines],
        stocked={} if intake.historic else stocked,
        buyer=buyer_of(
            shop_code=shop.code,
            external_id=draft.buyer.external_id,
            name=draft.buyer.name,
            phone=buyer_phone,
            email=draft.buyer.email,
            recipient_name=draft.recipient.name,
            recipient_phone=checked.phone,
        )
        or _nameless(draft),
        phone_index=personal.blind_index("phone", checked.phone) if checked.phone else None,
        findings=checked.findings,
    )


def _buyer_phone(draft: OrderDraft, findings: list[Finding]) -> str:
    """Read the buyer's phone; one that cannot be read stays, sealed, in the finding about it."""
    e164 = read_phone(draft.buyer.phone, draft.recipient.country).e164
    if not e164:
        findings.append(Finding("buyer.phone", "buyer_phone_unreadable", "warning", {"typed": draft.buyer.phone}))
    return e164


def _nameless(draft: OrderDraft) -> Buyer | None:
    """Give personal data that name nobody (a street, an unreadable phone, a note) a person to be sealed for."""
    to = draft.recipient
    return (
        Buyer([], Profile())
        if draft.note or draft.origin or draft.buyer.phone or to.phone or to.city or to.district or to.street
        else None
    )


@lru_cache(maxsize=65_536)
def read_phone(raw: str, country: str) -> checks.Phone:
    """Read a phone number; findings are about the recipient's field and never repeat the number itself."""
    found = reading.read_phone(raw, country)
    findings = tuple(Finding("recipient.phone", one.code, one.severity) for one in found.findings)
    return checks.Phone(found.e164 or "", findings)


def read_place(recipient: RecipientDraft) -> checks.Place:
    """Read where a parcel goes; only Chinese addresses are checked against divisions."""
    if recipient.country != "CN":
        missing = () if recipient.street else (Finding("recipient.street", "street_missing", "error"),)
        return checks.Place(recipient.province, "", missing)
    found = reading.read_address(recipient.province, recipient.city, recipient.district, recipient.street)
    findings = tuple([_renamed(finding) for finding in found.findings]) if found.findings else ()
    return checks.Place(found.province or recipient.province, found.district_code or "", findings)


def _renamed(finding: Finding) -> Finding:
    """Give a finding about an address part the name its field has in the draft."""
    suggestion = finding.suggestion
    if suggestion:
        suggestion = {ADDRESS_FIELDS.get(key, f"recipient.{key}"): value for key, value in suggestion.items()}
    return structs.replace(
        finding, field=ADDRESS_FIELDS.get(finding.field, f"recipient.{finding.field}"), suggestion=suggestion
    )

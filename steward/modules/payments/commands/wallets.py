"""Give and take points, store credit and gift-card money: many at once, each reference once and only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.rows import write_rows
from steward.modules.customers.queries.merged import families
from steward.modules.payments.commands.handovers import HandoverDraft, ask_handovers
from steward.modules.payments.events import WalletMoved
from steward.modules.payments.models import WalletAccount, WalletEntry, WalletLot
from steward.modules.payments.queries.wallets import terms_of_shops
from steward.modules.payments.rules import wallets as rules

__all__ = ["BadPosting", "Posted", "Posting", "post_wallets"]


class BadPosting(errors.Refusal):
    """Refuse a posting that makes no sense as such."""

    code = "bad_wallet_posting"
    status = 422
    message = _("Name a reference, an amount other than 0, and of credit and cards the currency, of cards the code.")


class Posting(Struct, frozen=True, kw_only=True):
    """What is given (above 0) or taken (below 0), once per reference. Units: points, or minor units of `currency`.

    `whole` false: takes as much as there is. `shop` says whose terms hold, here or outside; `kept_here` that it is an
    account of ours whatever the shop keeps. `expires_at` None: points last as long as the terms say, money for good.
    """

    reference: str
    kind: str
    amount: int
    customer_id: int | None = None
    currency: str = ""
    code: str = ""
    shop: str = ""
    cause: str = "grant"
    number: str = ""
    external_number: str = ""
    expires_at: datetime | None = None
    whole: bool = True
    kept_here: bool = False
    simulated: bool = False


class Posted(Struct, frozen=True):
    """What became of a posting: `posted`, `again` (it stood already), `short`, `nobody` or `to_hand_over`.

    `amount` is what was moved, signed; less than asked for only where that was allowed.
    """

    outcome: str
    amount: int = 0
    handover_id: int | None = None


@command(needs="payments.wallets")
def post_wallets(actor: Actor, *, postings: Sequence[Posting], now: datetime) -> list[Posted]:
    """Give and take many, answered in their order; a constant number of statements however many.

    What a shop keeps outside becomes a handover. Taking uses up what lapses first, over all accounts of one person.
    Raises: BadPosting. Emits: WalletMoved, HandoverAsked. Locks: the accounts, in id order.
    """
    if any(not _is_fit(one) for one in postings):
        raise BadPosting
    terms = terms_of_shops(one.shop for one in postings)
    known = families({one.customer_id for one in postings if one.customer_id})
    outside = [one for one in postings if not one.kept_here and terms[one.shop].kept == "outside"]
    results: dict[str, Posted] = {}
    for one, (handover_id, is_new) in zip(
        outside, ask_handovers(actor, [_draft(one, known) for one in outside], now), strict=True
    ):
        results[one.reference] = Posted("to_hand_over" if is_new else "again", one.amount, handover_id)
    here = [one for one in postings if one.reference not in results]
    days = {code: one.points_days for code, one in terms.items()}
    results |= _Books(here, known, now).post(actor, days)
    return [results[one.reference] for one in postings]


def _is_fit(one: Posting) -> bool:
    has_currency = (one.currency == "") is (one.kind == "points")
    has_code = bool(one.code) is (one.kind == "card")
    return bool(one.reference and one.amount and one.kind in rules.KINDS and has_currency and has_code)


def _draft(one: Posting, known: Collection[int]) -> HandoverDraft:
    return HandoverDraft(
        reference=one.reference,
        shop=one.shop,
        customer_id=one.customer_id if one.customer_id in known else None,
        kind=one.kind,
        amount=one.amount,
        currency=one.currency,
        code=one.code,
        cause=one.cause,
        number=one.number,
        external_number=one.external_number,
        simulated=one.simulated,
    )


class _Books:
    """The accounts a batch touches, locked and read once; what it changes is written once."""

    def __init__(self, postings: Sequence[Posting], kin: dict[int, list[int]], now: datetime) -> None:
        self.postings, self.kin, self.now = postings, kin, now
        _open_accounts(one for one in postings if one.amount > 0 and (one.code or one.customer_id in self.kin))
        self.accounts = _lock_accounts(postings, {id_ for kin in self.kin.values() for id_ in kin})
        self.by_key = {(row.code or row.customer_id, row.kind, row.currency): row for row in self.accounts}
        references = [one.reference for one in postings]
        done = WalletEntry.objects.filter(reference__in=references) if postings else WalletEntry.objects.none()
        self.done = set(done.values_list("reference", flat=True))
        self.lots: dict[int, list[WalletLot]] = defaultdict(list)
        for lot in WalletLot.objects.filter(account__in=self.accounts, left__gt=0) if self.accounts else ():
            self.lots[lot.account_id].append(lot)
        self.entries: list[WalletEntry] = []
        self.changed: dict[int, WalletLot] = {}
        self.fresh: list[WalletLot] = []

    def post(self, actor: Actor, days: dict[str, int]) -> dict[str, Posted]:
        """Book all, then write: entries, new lots, used lots, balances, events."""
        results: dict[str, Posted] = {}
        for one in self.postings:  # twice in one batch is answered like once
            results.setdefault(one.reference, self._book(actor, one, days.get(one.shop, 0)))
        WalletEntry.objects.bulk_create(self.entries)
        WalletLot.objects.bulk_create(self.fresh)
        write_rows(self.changed.values(), ["left"])
        write_rows(self.accounts, ["balance"])
        events.record(actor, [_moved(entry) for entry in self.entries])
        return results

    def _book(self, actor: Actor, one: Posting, days: int) -> Posted:
        if one.reference in self.done:
            return Posted("again")
        self.done.add(one.reference)
        return self._give(actor, one, days) if one.amount > 0 else self._take(actor, one)

    def _give(self, actor: Actor, one: Posting, days: int) -> Posted:
        account = self.by_key.get((one.code or one.customer_id, one.kind, one.currency))
        if account is None:
            return Posted("nobody")
        lasts = self.now + timedelta(days=days) if one.kind == "points" and days else None
        expires_at = one.expires_at or lasts
        entry = self._write(actor, one, account, one.amount, 1, expires_at)
        lot = WalletLot(account=account, entry=entry, amount=one.amount, left=one.amount, expires_at=expires_at)
        self.fresh.append(lot)
        self.lots[account.id].append(lot)
        return Posted("posted", one.amount)

    def _take(self, actor: Actor, one: Posting) -> Posted:
        owners: list[int | str] = [one.code] if one.code else list(self.kin.get(one.customer_id or 0, ()))
        accounts = [self.by_key[key] for id_ in owners if (key := (id_, one.kind, one.currency)) in self.by_key]
        rows = [lot for account in accounts for lot in self.lots[account.id]]
        lots = [rules.Lot(place, row.left, row.expires_at) for place, row in enumerate(rows)]
        parts = rules.used_up([lot for lot in lots if rules.is_usable(lot, self.now)], -one.amount)
        taken = sum(part for _lot, part in parts)
        if taken == 0 or (one.whole and taken < -one.amount):
            return Posted("short")
        by_account: dict[int, int] = defaultdict(int)
        for lot, part in parts:
            row = rows[lot.id]
            row.left -= part
            by_account[row.account_id] += part
            if row.pk:
                self.changed[row.pk] = row
        for place, (account_id, part) in enumerate(by_account.items(), start=1):
            account = next(row for row in accounts if row.id == account_id)
            self._write(actor, one, account, -part, place, None)
        return Posted("posted", -taken)

    def _write(
        self, actor: Actor, one: Posting, account: WalletAccount, amount: int, part: int, expires_at: datetime | None
    ) -> WalletEntry:
        account.balance += amount
        entry = WalletEntry(
            account=account,
            reference=one.reference,
            part=part,
            amount=amount,
            cause=one.cause,
            shop=one.shop,
            number=one.number,
            expires_at=expires_at,
            at=self.now,
            actor=actor.id,
            simulated=one.simulated,
        )
        self.entries.append(entry)
        return entry


def _open_accounts(gifts: Iterable[Posting]) -> None:
    """Open the accounts of those who never had any; one who opens the same at once is waited for."""
    wanted = sorted({(one.code, 0 if one.code else one.customer_id or 0, one.kind, one.currency) for one in gifts})
    rows = [
        WalletAccount(customer_id=customer_id or None, kind=kind, currency=currency, code=code)
        for code, customer_id, kind, currency in wanted
    ]
    WalletAccount.objects.bulk_create(rows, ignore_conflicts=True)


def _lock_accounts(postings: Sequence[Posting], customer_ids: Iterable[int]) -> list[WalletAccount]:
    """Lock what a batch may touch, in id order."""
    if not postings:
        return []
    kinds = {one.kind for one in postings}
    theirs = Q(customer_id__in=set(customer_ids), kind__in=kinds, code="")
    cards = Q(code__in={one.code for one in postings if one.code})
    return list(WalletAccount.objects.select_for_update(no_key=True).filter(theirs | cards).order_by("id"))


def _moved(entry: WalletEntry) -> WalletMoved:
    return WalletMoved(
        account_id=entry.account_id,
        customer_id=entry.account.customer_id,
        kind=entry.account.kind,
        amount=entry.amount,
        currency=entry.account.currency,
        cause=entry.cause,
        number=entry.number,
        reference=entry.reference,
        simulated=entry.simulated,
    )

"""Let customers into their pages by a code sent to their phone or e-mail. Source: docs/decisions/0035."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters, personal, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.identities import verify_identity
from steward.modules.customers.commands.locking import change_alone
from steward.modules.customers.commands.sign_in_limits import hold_back_codes, hold_back_guesses
from steward.modules.customers.events import SignInAsked, VisitOpened
from steward.modules.customers.models import Identity, SignInCode, UploadDay, Visit, WrongCode
from steward.modules.customers.queries.merged import families
from steward.modules.customers.rules import sign_in as rules

ENTER = "customers.enter"
KEY_PURPOSE = "customers.sign_in"
KEPT = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)
CODE_MIN = parameters.define(
    "portal.code_min", 10, unit="min", label=_("A customer's sign-in code holds so long"), minimum=2, maximum=60
)
CODE_TRIES = parameters.define(
    "portal.code_tries", 3, unit="", label=_("How often a sign-in code may be tried"), minimum=1, maximum=10
)
VISIT_MIN = parameters.define(
    "portal.visit_min",
    30,
    unit="min",
    label=_("A customer who does nothing for so long is signed out"),
    minimum=5,
    maximum=240,
)
LONGEST_H = parameters.define(
    "portal.visit_longest_h", 12, unit="h", label=_("A customer stays signed in no longer than"), minimum=1, maximum=72
)


class NoWay(errors.Refusal):
    """Refuse what is neither a phone number nor an e-mail address."""

    code = "no_phone_or_email"
    status = 422
    message = _("This is neither a phone number nor an e-mail address.")


class CodeOver(errors.Refusal):
    """Refuse a code that is too old, was used, or was tried too often."""

    code = "code_over"
    status = 410
    message = _("This code has expired or was tried too often. Ask for a new one.")


class Issued(Struct, frozen=True):
    """A code to be sent, in clear: lives in memory until it is in the outbox."""

    code_id: int
    customer_id: int
    kind: str
    code: str
    expires_at: datetime


class Entered(Struct, frozen=True):
    """What came of a code: the key of the visit, or "" and how often it may be tried again."""

    key: str
    tries_left: int = 0


@command(needs=ENTER)
def ask_code(actor: Actor, *, typed: str, place: str, language: str, now: datetime) -> str:
    """Note that somebody asks for a code; return what their browser has to hold to use it.

    Whether anybody is known by what was typed is not looked at here, so that neither the answer nor its time tells:
    that is done by whoever hears of it. `place` is their network. Raises: NoWay, TooManyCodes. Emits: SignInAsked.
    Locks: counting.
    """
    kind, value = rules.way_of(typed)
    if not kind:
        raise NoWay
    value_index, place_index = personal.blind_index(kind, value), personal.blind_index("place", place)
    hold_back_codes(value_index, place_index, now=now)
    key = rules.new_key()
    row = SignInCode.objects.create(
        key_hash=rules.key_hash(key),
        kind=kind,
        value_index=value_index,
        place_index=place_index,
        language=language,
        asked_at=now,
        expires_at=now + timedelta(minutes=parameters.value(CODE_MIN)),
        tries_left=parameters.value(CODE_TRIES),
    )
    events.record(actor, [SignInAsked(sign_in_id=row.id, way=kind)])
    return key


def issue_code(code_id: int, *, now: datetime) -> Issued | None:
    """Draw the code that was asked for, as a step of the caller's command; None where it goes to nobody.

    It goes to nobody either where the customer is also known by what came at another time and nobody proved: whoever
    writes a stranger's number beside their own e-mail would see that stranger's orders. Somebody of the house proves it
    first. Asked twice it is drawn once. Locks: the code's row.
    """
    row = SignInCode.objects.select_for_update(of=("self",)).filter(id=code_id, code_hash=None).first()
    if row is None or row.expires_at <= now:
        return None
    holder = Identity.objects.filter(value_index=bytes(row.value_index), finds=True, customer__erased_at=None).first()
    if holder is None:
        return None
    customer_id = holder.customer_id
    family = families([customer_id])[customer_id]
    others = Identity.objects.filter(customer_id__in=family, kind__in=rules.WAYS, verified_at=None)
    if others.exclude(created_at=holder.created_at).exists():
        return None
    code = rules.new_code()
    keys = secrets_box.derived_keys(KEY_PURPOSE)
    row.customer_id, row.key_version = customer_id, max(keys)
    row.code_hash = rules.code_hash(code, key=bytes(row.key_hash), secret=keys[row.key_version])
    row.save(update_fields=["customer", "code_hash", "key_version"])
    return Issued(row.id, customer_id, row.kind, code, row.expires_at)


@command(needs=ENTER)
def enter_code(actor: Actor, *, key: str, typed: str, place: str, now: datetime) -> Entered:
    """Let the browser that asked in, where the code is right; a wrong one is counted and is an answer, no refusal.

    Who signed in by a phone or an e-mail has proved that it is theirs. `place` is the network it is typed in. Raises:
    CodeOver, TooManyTries. Emits: VisitOpened, IdentityVerified, and what the rules of merging follow from it.
    Locks: who is who, alone, where the code is right; then counting, then the code's row.
    """
    seen = SignInCode.objects.filter(key_hash=rules.key_hash(key)).first()
    if seen is None or _is_over(seen, now):
        raise CodeOver
    is_right = _is_code(seen, typed)
    if is_right:
        change_alone()  # the proof may merge people, and whoever erases them locks in this order
    value_index, place_index = bytes(seen.value_index), personal.blind_index("place", place)
    hold_back_guesses(value_index, place_index, now=now)
    row = SignInCode.objects.select_for_update(of=("self",)).filter(id=seen.id).first()
    if row is None or _is_over(row, now):
        raise CodeOver
    SignInCode.objects.filter(id=row.id).update(tries_left=F("tries_left") - 1)
    if not is_right or row.customer_id is None:
        WrongCode.objects.create(value_index=value_index, place_index=place_index, at=now)
        return Entered("", row.tries_left - 1)
    SignInCode.objects.filter(id=row.id).update(used_at=now)
    visit_key = _open_visit(row.customer_id, now)
    unproved = Identity.objects.filter(value_index=value_index, customer_id=row.customer_id, verified_at=None)
    for identity_id in unproved.values_list("id", flat=True):
        verify_identity(actor, identity_id=identity_id, how="code", now=now)
    events.record(actor, [VisitOpened(customer_id=row.customer_id, way=row.kind)])
    return Entered(visit_key)


def _is_over(row: SignInCode, now: datetime) -> bool:
    return row.used_at is not None or row.tries_left == 0 or row.expires_at <= now


def _is_code(row: SignInCode, typed: str) -> bool:
    """Compare by the key the code was hashed with; where that is kept no more, nothing is right."""
    secret = secrets_box.derived_keys(KEY_PURPOSE).get(row.key_version, b"")
    made = rules.code_hash(rules.typed_code(typed), key=bytes(row.key_hash), secret=secret)
    return hmac.compare_digest(made, bytes(row.code_hash or bytes(len(made)))) and bool(secret)


def _open_visit(customer_id: int, now: datetime) -> str:
    key = rules.new_key()
    last_at = now + timedelta(hours=parameters.value(LONGEST_H))
    ends_at = min(last_at, now + timedelta(minutes=parameters.value(VISIT_MIN)))
    Visit.objects.create(
        key_hash=rules.key_hash(key),
        customer_id=customer_id,
        opened_at=now,
        seen_at=now,
        ends_at=ends_at,
        last_at=last_at,
    )
    return key


@command(needs=ENTER)
def stay(actor: Actor, *, visit_id: int, now: datetime) -> None:
    """Note that somebody who is signed in is still there; once a minute is enough."""
    row = Visit.objects.filter(id=visit_id, seen_at__lt=now - SEEN_EVERY, ends_at__gt=now).first()
    if row is not None:
        ends_at = min(row.last_at, now + timedelta(minutes=parameters.value(VISIT_MIN)))
        Visit.objects.filter(id=visit_id).update(seen_at=now, ends_at=ends_at)


@command(needs=ENTER)
def sign_out(actor: Actor, *, visit_id: int) -> None:
    """Let nobody in any more by the key of this visit."""
    Visit.objects.filter(id=visit_id).delete()


@command(needs=ENTER)
def forget_sign_ins(actor: Actor, *, now: datetime) -> int:
    """Forget codes of yesterday, what was counted of them, and visits that are over; return how many rows."""
    over = (
        SignInCode.objects.filter(asked_at__lt=now - KEPT),
        WrongCode.objects.filter(at__lt=now - KEPT),
        UploadDay.objects.filter(day__lt=(now - 2 * KEPT).date()),
        Visit.objects.filter(ends_at__lt=now),
    )
    return sum(rows.delete()[0] for rows in over)

"""Let customers into their pages by a code sent to their phone or e-mail. Source: docs/decisions/0035."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters, personal, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.identities import verify_identity
from steward.modules.customers.events import SignInAsked, VisitOpened
from steward.modules.customers.models import Identity, SignInCode, Visit
from steward.modules.customers.queries.merged import families
from steward.modules.customers.rules import sign_in as rules

ENTER = "customers.enter"
KEY_PURPOSE = "customers.sign_in"
WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)
# Who counts and adds does so alone: of a hundred askings at once none slips through between the two.
COUNTING = 7_204_911_358_602
LOCK = "SELECT pg_advisory_xact_lock(%s)"
COUNT = """
SELECT count(*) FILTER (WHERE value_index = %(value)s), count(*) FILTER (WHERE place_index = %(place)s), count(*)
FROM customers_sign_in_code WHERE asked_at > %(since)s
"""
CODE_MIN = parameters.define(
    "portal.code_min", 10, unit="min", label=_("A customer's sign-in code holds so long"), minimum=2, maximum=60
)
CODE_TRIES = parameters.define(
    "portal.code_tries", 3, unit="", label=_("How often a sign-in code may be tried"), minimum=1, maximum=10
)
OF_IDENTITY = parameters.define(
    "portal.codes_per_identity", 5, unit="", label=_("Sign-in codes one phone or e-mail gets per hour"), minimum=1
)
OF_PLACE = parameters.define(
    "portal.codes_per_address", 60, unit="", label=_("Sign-in codes one network address asks for per hour"), minimum=1
)
OF_HOUSE = parameters.define(
    "portal.codes_per_hour", 5_000, unit="", label=_("Sign-in codes sent per hour in all"), minimum=10
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


class TooManyCodes(errors.Refusal):
    """Refuse one more code in this hour."""

    code = "too_many_codes"
    status = 429
    message = _("Too many codes were asked for. Wait an hour and try again, or write to us.")


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
    that is done by whoever hears of it. Raises: NoWay, TooManyCodes. Emits: SignInAsked. Locks: counting.
    """
    kind, value = rules.way_of(typed)
    if not kind:
        raise NoWay
    value_index, place_index = personal.blind_index(kind, value), personal.blind_index("place", place)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [COUNTING])
        cursor.execute(COUNT, {"value": value_index, "place": place_index, "since": now - WINDOW})
        counts = cursor.fetchone()
    limits = (parameters.value(OF_IDENTITY), parameters.value(OF_PLACE), parameters.value(OF_HOUSE))
    if any(count >= limit for count, limit in zip(counts, limits, strict=True)):
        raise TooManyCodes
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
    row.customer_id, row.code_hash = customer_id, _hash(code, bytes(row.key_hash))
    row.save(update_fields=["customer", "code_hash"])
    return Issued(row.id, customer_id, row.kind, code, row.expires_at)


@command(needs=ENTER)
def enter_code(actor: Actor, *, key: str, typed: str, now: datetime) -> Entered:
    """Let the browser that asked in, where the code is right; a wrong one is counted and is an answer, no refusal.

    Who signed in by a phone or an e-mail has proved that it is theirs. Raises: CodeOver.
    Emits: VisitOpened, IdentityVerified, and what the rules of merging follow from it. Locks: the code's row.
    """
    row = SignInCode.objects.select_for_update(of=("self",)).filter(key_hash=rules.key_hash(key)).first()
    if row is None or row.used_at is not None or row.tries_left == 0 or row.expires_at <= now:
        raise CodeOver
    SignInCode.objects.filter(id=row.id).update(tries_left=F("tries_left") - 1)
    made = _hash(rules.typed_code(typed), bytes(row.key_hash))
    is_right = hmac.compare_digest(made, bytes(row.code_hash or bytes(len(made))))
    if not is_right or row.customer_id is None:
        return Entered("", row.tries_left - 1)
    SignInCode.objects.filter(id=row.id).update(used_at=now)
    visit_key = _open_visit(row.customer_id, now)
    unproved = Identity.objects.filter(
        value_index=bytes(row.value_index), customer_id=row.customer_id, verified_at=None
    )
    for identity_id in unproved.values_list("id", flat=True):
        verify_identity(actor, identity_id=identity_id, how="code", now=now)
    events.record(actor, [VisitOpened(customer_id=row.customer_id, way=row.kind)])
    return Entered(visit_key)


def _hash(code: str, key: bytes) -> bytes:
    keys = secrets_box.derived_keys(KEY_PURPOSE)
    return rules.code_hash(code, key=key, secret=keys[max(keys)])


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
    """Forget codes of yesterday and visits that are over; return how many rows."""
    codes, _each = SignInCode.objects.filter(asked_at__lt=now - KEPT).delete()
    visits, _each = Visit.objects.filter(ends_at__lt=now).delete()
    return codes + visits

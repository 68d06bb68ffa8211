"""Find buyers by a phone, its last four digits, an e-mail or a part of a name, through blind indexes only."""

from __future__ import annotations

import re

import phonenumbers
from django.db.models import Q

from steward.kernel import personal
from steward.modules.customers.models import Customer, Identity

_PHONE = re.compile(r"^\+?[\d\s()-]{7,20}$")
_TAIL = re.compile(r"^\d{4}$")


def canonical_phone(text: str, country: str = "CN") -> str:
    """Write a typed phone number as E.164; empty when it is none."""
    if not _PHONE.match(text):
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_index(text: str) -> bytes | None:
    """Return the blind index of a typed phone number; None when the text is no phone number."""
    phone = canonical_phone(text)
    return personal.blind_index("phone", phone) if phone else None


def matching_customers(text: str, *, limit: int) -> list[int]:
    """Find customers by whole phone, last four digits, e-mail or part of the name (two characters at least).

    Whoever holds the value is found, not those they are one person with (queries.merged.family).
    """
    text = text.strip()
    wanted = Q()
    if phone := canonical_phone(text):
        wanted |= _identity("phone", phone)
    elif _TAIL.match(text):
        wanted |= Q(phone_tail_index=personal.blind_index("tail", text))
    elif "@" in text:
        wanted |= _identity("email", text.lower())
    elif len("".join(text.split())) >= 2 and not any(letter.isdigit() for letter in text):
        wanted |= Q(name_index__contains=personal.name_bigrams(text))
    if not wanted:
        return []
    return list(Customer.objects.filter(wanted, erased_at=None).values_list("id", flat=True)[:limit])


def _identity(kind: str, value: str) -> Q:
    index = personal.blind_index(kind, value)
    # Two partial indexes answer this; without the flag neither could.
    holders = Identity.objects.filter(Q(value_index=index, finds=True) | Q(value_index=index, finds=False))
    return Q(id__in=holders.values("customer_id"))

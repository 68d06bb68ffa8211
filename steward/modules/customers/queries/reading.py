"""Read what people typed: addresses against the divisions, phones against the numbering plans."""

from __future__ import annotations

from steward.modules.customers.queries import divisions
from steward.modules.customers.rules import addresses, phones


def read_address(province: str, city: str, district: str, street: str) -> addresses.AddressCheck:
    """Check a Chinese address against the divisions that the packages carry."""
    return addresses.check_address(province, city, district, street, divisions=divisions.divisions())


def read_phone(raw: str, country: str) -> phones.PhoneCheck:
    """Check a phone number against the numbering plan of its country."""
    return phones.check_phone(raw, region=country)

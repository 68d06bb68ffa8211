"""How customers sign in to their pages: codes of six digits, and how they are compared."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from steward.modules.customers.rules.identities import EMAIL, PHONE, canonical

DIGITS = 6
WAYS = (PHONE, EMAIL)
LONGEST_TYPED = 120


def new_code() -> str:
    """Draw a code, every one as likely as any other."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def new_key() -> str:
    """Draw what only the browser that asked holds."""
    return secrets.token_urlsafe(32)


def key_hash(key: str) -> bytes:
    """Return what is stored of a key: it has 256 bits of chance, so no salt is needed."""
    return hashlib.sha256(key.encode()).digest()


def code_hash(code: str, *, key: bytes, secret: bytes) -> bytes:
    """Return what is stored of a code: bound to whoever asked, and worthless to who lacks the house's secret.

    A million codes are tried in a second, so a hash without a secret would hide nothing.
    """
    return hmac.digest(secret, key + b"\0" + code.encode(), "sha256")


def typed_code(text: str) -> str:
    """Read a code as people type it, with spaces or full-width digits; what is none comes back as "-"."""
    found = "".join(str(int(letter)) for letter in text[:40] if letter.isdecimal())
    return found if len(found) == DIGITS else "-"


def way_of(text: str) -> tuple[str, str]:
    """Tell an e-mail address from a phone number and bring it to the form it is compared in; ("", "") for neither."""
    typed = text.strip()[:LONGEST_TYPED]
    kind = EMAIL if "@" in typed else PHONE
    value = canonical(kind, typed)
    return (kind, value) if value else ("", "")

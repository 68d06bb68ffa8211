"""A pass says to the chat who is signed in to their own pages; it comes from there alone and ends with the visit."""

from __future__ import annotations

from datetime import datetime

from django.core import signing

from steward.modules.customers.queries.sign_in import SignedIn, find_visit_by_id

SALT = "chat.pass"
LIVES_S = 3600
LONGEST = 200


def chat_pass(visit_id: int) -> str:
    """Write the pass of a visit."""
    return signing.dumps(visit_id, salt=SALT)


def signed_in_by(given: object, *, now: datetime) -> SignedIn | None:
    """Read who a pass lets in; None where it is none, too old, or its visit is over."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        return None
    try:
        visit_id = signing.loads(given, salt=SALT, max_age=LIVES_S)
    except signing.BadSignature:
        return None
    return find_visit_by_id(visit_id, now=now) if isinstance(visit_id, int) else None

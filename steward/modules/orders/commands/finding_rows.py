"""Lay findings out as rows: what they say of a person is sealed with that person's key and rests nowhere in clear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import structs

from steward.kernel import personal
from steward.kernel.findings import Finding
from steward.modules.customers.commands.matching import open_key
from steward.modules.orders.models import OrderFinding
from steward.modules.orders.rules.personal_fields import is_personal


class Parts(NamedTuple):
    """What a row holds of a finding: its facts and its suggestion, in clear or sealed."""

    params: dict[str, str]
    suggestion: dict[str, str] | None
    sealed: bytes | None


def parts(finding: Finding, key: bytes | None) -> Parts:
    """Seal a finding about a personal field; an order that names nobody (no key) says nothing personal."""
    if key is None or not (finding.params or finding.suggestion) or not is_personal(finding.field):
        return Parts(finding.params, finding.suggestion, None)
    return Parts({}, None, personal.seal(key, {"params": finding.params, "suggestion": finding.suggestion}))


def rows(order_id: int, findings: Iterable[Finding], key: bytes | None) -> list[OrderFinding]:
    """Make the rows of what was found on one order."""
    return [
        OrderFinding(
            order_id=order_id, field=one.field, code=one.code, severity=one.severity, **parts(one, key)._asdict()
        )
        for one in findings
    ]


def suggestion_of(finding: OrderFinding) -> dict[str, Any]:
    """Open what a finding suggests. Raises: Erased."""
    if not finding.sealed:
        return dict(finding.suggestion or {})
    customer_id = finding.order.customer_id
    assert customer_id is not None  # nothing is sealed without a person
    return dict(personal.unseal(open_key(customer_id), finding.sealed)["suggestion"] or {})


def bare(finding: Finding) -> Finding:
    """Leave out what a finding says of a person, for where nothing could seal or erase it."""
    return structs.replace(finding, params={}, suggestion=None) if is_personal(finding.field) else finding

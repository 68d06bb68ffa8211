"""Keep mappings: a change makes a new version, the old ones stay."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.orders.models import Mapping
from steward.modules.orders.queries.intake import MappingView, find_mapping
from steward.modules.orders.rules.mapping_shape import MappingRules, parsed


class UnfitMapping(errors.BadInput):
    """Refuse a mapping that contradicts itself or names what does not exist."""

    code = "unfit_mapping"
    message = _("The mapping needs mending.")

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__([msgspec.to_builtins(finding) for finding in findings])


class UnknownMapping(errors.NotFound):
    """Refuse a mapping that does not exist."""

    code = "unknown_mapping"
    message = _("There is no mapping “%(key)s”. Choose one of: %(known)s.")


@command(needs="orders.mappings")
def save_mapping(actor: Actor, *, code: str, name: str, rules: dict[str, Any]) -> int:
    """Put a new version of a mapping in force.

    Returns the version. Raises: UnfitMapping with every finding at once. Locks: the versions of the code.
    """
    checked = parsed(rules)
    if isinstance(checked, list):
        raise UnfitMapping(checked)
    older = Mapping.objects.select_for_update().filter(code=code).order_by("id")
    last = max((mapping.version for mapping in older), default=0)
    older.filter(active=True).update(active=False)
    Mapping.objects.create(code=code, name=name[:120], version=last + 1, rules=rules, set_by=actor.id)
    return last + 1


def active_mapping(code: str) -> tuple[MappingView, MappingRules]:
    """Return the mapping in force under a code, ready to be bound to a file.

    Raises: UnknownMapping; UnfitMapping when an older version of Steward wrote what this one does not read.
    """
    known = find_mapping(code)
    if known is None:
        codes = Mapping.objects.filter(active=True).order_by("code").values_list("code", flat=True)
        raise UnknownMapping(key=code, known=", ".join(codes))
    return known, rules_of(known.rules)


def rules_of(stored: dict[str, Any]) -> MappingRules:
    """Read a stored mapping. Raises: UnfitMapping."""
    rules = parsed(stored)
    if isinstance(rules, list):
        raise UnfitMapping(rules)
    return rules

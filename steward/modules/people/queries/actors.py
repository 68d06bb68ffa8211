"""Resolve who acts: the kernel's actor of a person or of an API token."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from steward.kernel import moment
from steward.kernel.actor import ALL, Actor
from steward.modules.people import rules
from steward.modules.people.models import ApiToken, RolePermission, Staff

FRESH_S = 5.0
KEPT_AT_MOST = 5_000
# What people call the parts of the system that act by themselves; others stand by their name.
_PARTS = {
    "approvals.expire": gettext_lazy("approvals"),
    "chat": gettext_lazy("web chat"),
    "cli": gettext_lazy("command line"),
    "customers.merging": gettext_lazy("merging of customers"),
    "deadlines.sweep": gettext_lazy("time limits"),
    "desk": gettext_lazy("service desk"),
    "desk.classifier": gettext_lazy("sorting of tickets"),
    "desk.phone": gettext_lazy("telephone"),
    "fulfilment": gettext_lazy("allocation"),
    "import": gettext_lazy("import"),
    "incidents": gettext_lazy("surge mode"),
    "incidents.watch": gettext_lazy("watch of queues"),
    "intake": gettext_lazy("intake"),
    "inventory": gettext_lazy("stock"),
    "logistics": gettext_lazy("shipping"),
    "logistics.webhook": gettext_lazy("carriers’ reports"),
    "messaging": gettext_lazy("messages"),
    "messaging.api": gettext_lazy("messages handed in"),
    "messaging.channels": gettext_lazy("channels"),
    "messaging.reports": gettext_lazy("reports of delivery"),
    "orders": pgettext_lazy("part of the system", "orders"),
    "payments": gettext_lazy("payments"),
    "payments.callback": gettext_lazy("payment callbacks"),
    "people.calendars": gettext_lazy("calendars"),
    "people.stations": gettext_lazy("stations"),
    "portal.contact": gettext_lazy("contact form"),
    "portal.customer": gettext_lazy("customer’s page"),
    "returns": gettext_lazy("after-sales cases"),
    "sample": gettext_lazy("sample data"),
    "seed": gettext_lazy("first data"),
}


class _Known(Struct, frozen=True):
    """A token as it was read a moment ago."""

    read_at: float
    token: ApiToken
    actor: Actor


_tokens: dict[bytes, _Known] = {}


def actor_for_staff(staff: AbstractBaseUser) -> Actor:
    """Resolve a person: the permissions of all their roles together, in one query.

    Raises: TypeError for a user that is no member of the staff.
    """
    if not isinstance(staff, Staff):
        raise TypeError(f"not staff: {staff!r}")
    held = {ALL} if staff.is_superuser else _permissions_of(staff.id)
    return Actor(
        id=f"person:{staff.id}",
        kind="person",
        permissions=frozenset(held | {rules.OWN_ACCOUNT}),
        locale=staff.locale,
        name=staff.name,
        staff_id=staff.id,
    )


def _permissions_of(staff_id: int) -> set[str]:
    held = RolePermission.objects.filter(role__staff=staff_id).values_list("permission", flat=True)
    return set(held.distinct())


def actor_for_token(secret: str) -> Actor | None:
    """Resolve a program by the secret it shows; nobody when it is unknown, expired or revoked.

    A token is read again after five seconds, so a revoked one stops within that time on every machine.
    """
    if not secret.startswith(rules.TOKEN_MARK):
        return None
    digest = rules.secret_hash(secret)
    known = _tokens.get(digest)
    if known is None or time.monotonic() - known.read_at >= FRESH_S:
        known = _read(digest)
    if known is None:
        return None
    token = known.token
    live = rules.is_token_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=moment.now())
    return known.actor if live else None


def remembered_actor(secret: str) -> Actor | None:
    """Resolve a program from memory alone, for the event loop: None means to ask `actor_for_token` in a thread."""
    known = _tokens.get(rules.secret_hash(secret))
    if known is None or time.monotonic() - known.read_at >= FRESH_S:
        return None
    token = known.token
    live = rules.is_token_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=moment.now())
    return known.actor if live else None


def _read(digest: bytes) -> _Known | None:
    token = ApiToken.objects.filter(token_hash=digest).first()
    if token is None:
        _tokens.pop(digest, None)
        return None
    actor = Actor(
        id=f"token:{token.id}",
        kind="token",
        permissions=frozenset(token.permissions),
        scopes=frozenset(token.scopes),
        locale=token.locale,
        name=token.name,
    )
    if len(_tokens) >= KEPT_AT_MOST:
        _tokens.clear()
    _tokens[digest] = known = _Known(time.monotonic(), token, actor)
    return known


def forget_tokens() -> None:
    """Read every token anew (after one was revoked here)."""
    _tokens.clear()


def actor_names(ids: Iterable[str]) -> dict[str, str]:
    """Put names to the actors of events: people and tokens by name, parts of the system as themselves."""
    wanted = set(ids)
    people = dict(Staff.objects.filter(id__in=_numbers(wanted, "person")).values_list("id", "name"))
    programs = dict(ApiToken.objects.filter(id__in=_numbers(wanted, "token")).values_list("id", "name"))
    return {id_: _name(id_, people, programs) for id_ in wanted}


def persons_behind(ids: Iterable[str]) -> dict[str, str]:
    """Tell whose hands these actors are: a program's are those of the person who owns its key, all others their own.

    Whatever asks for another pair of eyes compares these, so that nobody agrees to what their own program did.
    """
    wanted = set(ids)
    numbers = _numbers(wanted, "token")
    owners = dict(ApiToken.objects.filter(id__in=numbers).values_list("id", "created_by_id")) if numbers else {}
    return {id_: id_ for id_ in wanted} | {f"token:{id_}": f"person:{owner}" for id_, owner in owners.items()}


def person_behind(id_: str) -> str:
    """Tell whose hand one actor is; as above."""
    return persons_behind([id_])[id_]


def _numbers(ids: Iterable[str], kind: str) -> list[int]:
    numbers = (id_.partition(":")[2] for id_ in ids if id_.startswith(f"{kind}:"))
    return [int(number) for number in numbers if number.isdigit()]


def _name(id_: str, people: dict[int, str], programs: dict[int, str]) -> str:
    kind, _colon, rest = id_.partition(":")
    if kind == "system":
        return _("Steward") + f" · {_PARTS.get(rest, rest)}"
    names = people if kind == "person" else programs
    return names.get(int(rest), id_) if rest.isdigit() else id_

"""Lists of staff, roles and tokens as the settings pages show them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.people import rules
from steward.modules.people.models import ApiToken, Role, RolePermission, Staff
from steward.modules.people.queries.catalogue import AREA_LABELS, PermissionView, permissions

ROLE_LABELS: dict[str, Any] = {
    "after_sales_manager": _("After-sales manager"),
    "customer_service": _("Customer service"),
    "technical_support": _("Technical support"),
    "logistics_coordinator": _("Logistics coordinator"),
    "data_analyst": _("Data analyst"),
    "order_clerk": _("Order clerk"),
    "order_checker": _("Order checker"),
    "warehouse": _("Warehouse"),
    "finance": _("Finance"),
    "supervisor": _("Supervisor"),
    "trainer": _("Trainer"),
    "it_operator": _("IT operator"),
    "market_researcher": _("Market researcher"),
    "administrator": _("Administrator"),
}


class RoleView(Struct, frozen=True):
    """One role."""

    id: int
    code: str
    label: str
    permissions: frozenset[str]


class StaffView(Struct, frozen=True):
    """One person of the staff."""

    id: int
    username: str
    name: str
    email: str
    locale: str
    is_active: bool
    is_superuser: bool
    last_login: datetime | None
    role_ids: list[int]
    role_names: list[str]

    @property
    def actor_id(self) -> str:
        """Name the person as events name who acted."""
        return f"person:{self.id}"

    @property
    def state(self) -> str:
        """Name the state for its pill."""
        return "active" if self.is_active else "inactive"


class TokenView(Struct, frozen=True):
    """One API token; the secret itself is nowhere."""

    id: int
    name: str
    prefix: str
    permissions: list[str]
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: Literal["active", "expired", "revoked"]


class MatrixView(Struct, frozen=True):
    """The permission matrix: rows of permissions by area, one column per role."""

    roles: list[RoleView]
    areas: list[tuple[Any, list[PermissionView]]]


def role_labels() -> dict[str, str]:
    """Name every role by its code, in the reader's language; roles of the house keep the name they were given."""
    return {code: _label(code, name) for code, name in Role.objects.values_list("code", "name")}


def _label(code: str, name: str) -> str:
    return str(ROLE_LABELS.get(code, name))


def roles() -> list[RoleView]:
    """List roles with what they permit, in two queries."""
    held: dict[int, set[str]] = defaultdict(set)
    for role_id, permission in RolePermission.objects.values_list("role_id", "permission"):
        held[role_id].add(permission)
    rows = Role.objects.order_by("id").values_list("id", "code", "name")
    return [RoleView(id_, code, _label(code, name), frozenset(held[id_])) for id_, code, name in rows]


def permission_matrix() -> MatrixView:
    """Lay out roles × permissions."""
    everything = permissions()
    areas = [
        (AREA_LABELS[area], [permission for permission in everything if permission.area == area])
        for area in rules.AREAS
    ]
    return MatrixView(roles(), areas)


def staff_list(*, text: str = "", with_former: bool = False) -> list[StaffView]:
    """List staff by name, those who left only on request."""
    found = Staff.objects.order_by("-is_active", "name", "id").prefetch_related("roles")
    if not with_former:
        found = found.filter(is_active=True)
    if text.strip():
        found = found.filter(name__icontains=text.strip()) | found.filter(username__icontains=text.strip())
    return [_staff_view(staff) for staff in found]


def staff_by_id(staff_id: int) -> StaffView:
    """Return one person. Raises: NotFound."""
    staff = Staff.objects.filter(id=staff_id).prefetch_related("roles").first()
    if staff is None:
        raise NotFound(key=staff_id)
    return _staff_view(staff)


def _staff_view(staff: Staff) -> StaffView:
    held = sorted(staff.roles.all(), key=lambda role: role.id)
    return StaffView(
        id=staff.id,
        username=staff.username,
        name=staff.name,
        email=staff.email,
        locale=staff.locale,
        is_active=staff.is_active,
        is_superuser=staff.is_superuser,
        last_login=staff.last_login,
        role_ids=[role.id for role in held],
        role_names=[_label(role.code, role.name) for role in held],
    )


def role_administrators() -> list[str]:
    """Name the people who can give permissions, so that a refusal can say whom to ask."""
    by_role = Staff.objects.filter(roles__permissions__permission__in=(rules.ALL, rules.GIVES_PERMISSIONS))
    found = by_role | Staff.objects.filter(is_superuser=True)
    return list(found.filter(is_active=True).order_by("name").values_list("name", flat=True).distinct()[:5])


def tokens(now: datetime) -> list[TokenView]:
    """List tokens, newest first."""
    rows = ApiToken.objects.select_related("created_by").order_by("-id")
    return [
        TokenView(
            id=row.id,
            name=row.name,
            prefix=row.prefix,
            permissions=row.permissions,
            scopes=row.scopes,
            created_by=row.created_by.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
            state=_state(row, now),
        )
        for row in rows
    ]


def _state(row: ApiToken, now: datetime) -> Literal["active", "expired", "revoked"]:
    if row.revoked_at:
        return "revoked"
    live = rules.is_token_live(expires_at=row.expires_at, revoked_at=None, now=now)
    return "active" if live else "expired"

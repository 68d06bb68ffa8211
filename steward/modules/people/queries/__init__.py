"""Read who works here and what they may do."""

from steward.modules.people.queries.actors import (
    actor_for_staff,
    actor_for_token,
    actor_names,
    forget_tokens,
    remembered_actor,
)
from steward.modules.people.queries.catalogue import AREA_LABELS, PermissionView, permission, permissions
from steward.modules.people.queries.lists import (
    MatrixView,
    RoleView,
    StaffView,
    TokenView,
    permission_matrix,
    role_administrators,
    role_labels,
    roles,
    staff_by_id,
    staff_list,
    tokens,
)

__all__ = [
    "AREA_LABELS",
    "MatrixView",
    "PermissionView",
    "RoleView",
    "StaffView",
    "TokenView",
    "actor_for_staff",
    "actor_for_token",
    "actor_names",
    "forget_tokens",
    "permission",
    "permission_matrix",
    "permissions",
    "remembered_actor",
    "role_administrators",
    "role_labels",
    "roles",
    "staff_by_id",
    "staff_list",
    "tokens",
]

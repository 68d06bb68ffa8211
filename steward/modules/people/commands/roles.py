"""Change what a role permits."""

from __future__ import annotations

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import rules
from steward.modules.people.commands import guards
from steward.modules.people.events import RolePermissionSet
from steward.modules.people.models import Role, RolePermission


@command(needs=rules.GIVES_PERMISSIONS)
def set_role_permission(actor: Actor, *, role_id: int, permission: str, granted: bool) -> bool:
    """Set or take away one tick of the permission matrix; it counts from everybody's next request on.

    Returns whether it changed anything. Locks: every role, in id order.
    Raises: NotFound, UnknownPermission, GivesMoreThanHeld, LastAdministrator. Emits: RolePermissionSet.
    """
    guards.lock_roles()
    role = Role.objects.filter(id=role_id).first()
    if role is None:
        raise errors.NotFound(key=role_id)
    guards.require_held(actor, [permission])
    if granted:
        _row, changed = RolePermission.objects.get_or_create(role=role, permission=permission)
    else:
        changed = RolePermission.objects.filter(role=role, permission=permission).delete()[0] > 0
        guards.require_administrator_left()
    if changed:
        event = RolePermissionSet(role_id=role.id, role=role.code, permission=permission, granted=granted)
        events.record(actor, [event])
    return changed

"""What no command of this module may bring about."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.people import rules
from steward.modules.people.models import Role, RolePermission, Staff, Team


class LastAdministrator(errors.Refusal):
    """Refuse what would leave nobody who can give permissions."""

    code = "last_administrator"
    message = _(
        "Then nobody could give permissions any more. Make another active person an administrator first, then repeat."
    )


class GivesMoreThanHeld(errors.Refusal):
    """Refuse to give a permission one does not hold."""

    code = "gives_more_than_held"
    status = 403
    message = _("You can only give what you hold yourself; you do not hold: %(permissions)s.")


class UnknownPermission(errors.Refusal):
    """Refuse a permission that is not in the catalogue."""

    code = "unknown_permission"
    status = 422
    message = _("There is no permission “%(permissions)s”.")


def lock_roles() -> None:
    """Let one change of who may give permissions happen at a time.

    Locks: every role, in id order.
    """
    list(Role.objects.select_for_update().order_by("id").values_list("id", flat=True))


def require_administrator_left() -> None:
    """Refuse when nobody active can give permissions after the change. Raises: LastAdministrator."""
    giving = (rules.ALL, rules.GIVES_PERMISSIONS)
    by_role = RolePermission.objects.filter(permission__in=giving, role__staff__is_active=True)
    if not (by_role.exists() or Staff.objects.filter(is_superuser=True, is_active=True).exists()):
        raise LastAdministrator


def require_held(actor: Actor, given: Iterable[str]) -> None:
    """Refuse unknown permissions and those the actor does not hold. Raises: UnknownPermission, GivesMoreThanHeld."""
    wanted = set(given)
    if unknown := rules.unknown_permissions(wanted):
        raise UnknownPermission(permissions=", ".join(unknown))
    if missing := rules.beyond(actor.permissions, wanted):
        raise GivesMoreThanHeld(permissions=", ".join(missing))


def permissions_of_roles(role_ids: Iterable[int]) -> set[str]:
    """Collect what some roles permit."""
    return set(RolePermission.objects.filter(role_id__in=list(role_ids)).values_list("permission", flat=True))


def team_called(code: str) -> Team:
    """Return the team with a code. Raises: NotFound."""
    team = Team.objects.filter(code=code).first()
    if team is None:
        raise errors.NotFound(key=code)
    return team


def lock_staff(staff_ids: Iterable[int]) -> set[int]:
    """Let one change of these people's time happen at a time; return those who are active.

    Locks: the people, in id order; what only refers to them goes on.
    """
    rows = Staff.objects.select_for_update(no_key=True).filter(id__in=set(staff_ids)).order_by("id")
    return {staff_id for staff_id, is_active in rows.values_list("id", "is_active") if is_active}


def name_of(staff_id: int) -> str:
    """Name somebody in a refusal."""
    return str(Staff.objects.filter(id=staff_id).values_list("name", flat=True).first() or staff_id)

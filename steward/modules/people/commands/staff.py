"""Let people in, give them roles, and let them go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import rules
from steward.modules.people.commands import guards, roster
from steward.modules.people.events import (
    PasswordReset,
    StaffCreated,
    StaffDeactivated,
    StaffReactivated,
    StaffRolesSet,
)
from steward.modules.people.models import ApiToken, Duty, Role, Staff

STAFF_PERMISSION = "settings.staff"


class NotYourself(errors.Refusal):
    """Refuse to lock oneself out."""

    code = "not_yourself"
    message = gettext_lazy("You cannot do this to your own account. Ask another administrator.")


@command(needs=STAFF_PERMISSION)
def create_staff(
    actor: Actor,
    *,
    username: str,
    name: str,
    password: str | None,
    role_codes: Collection[str],
    email: str = "",
    locale: str = "zh-hans",
    is_superuser: bool = False,
) -> int:
    """Let somebody in; without a password they can sign in once somebody resets it.

    Returns the id. Raises: BadInput with every finding, GivesMoreThanHeld. Emits: StaffCreated.
    """
    username, name = username.strip(), name.strip()
    roles = list(Role.objects.filter(code__in=role_codes).order_by("id"))
    staff = Staff(username=username, name=name, email=email.strip(), locale=locale, is_superuser=is_superuser)
    unknown = sorted(set(role_codes) - {role.code for role in roles})
    if findings := _findings(staff, password, unknown):
        raise errors.BadInput(findings)
    given = guards.permissions_of_roles(role.id for role in roles)
    guards.require_held(actor, given | ({rules.ALL} if is_superuser else set()))
    staff.set_password(password)
    staff.save()
    staff.roles.set(roles)
    created = StaffCreated(staff_id=staff.id, username=username, roles=[role.code for role in roles])
    events.record(actor, [created])
    return staff.id


def _findings(staff: Staff, password: str | None, unknown_roles: list[str]) -> list[dict[str, str]]:
    """Collect all that is wrong with a new account."""
    findings = []
    if not staff.username:
        findings.append({"field": "username", "message": _("Give a user name.")})
    elif Staff.objects.filter(username__iexact=staff.username).exists():
        findings.append({"field": "username", "message": _("This user name is taken. Choose another one.")})
    if not staff.name:
        findings.append({"field": "name", "message": _("Give the person's name.")})
    if unknown_roles:
        findings.append({"field": "roles", "message": _("Unknown role: %s") % ", ".join(unknown_roles)})
    return findings if password is None else findings + _password_findings(staff, password)


def _password_findings(staff: Staff, password: str) -> list[dict[str, str]]:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        return [{"field": "password", "message": str(message)} for message in error.messages]
    return []


@command(needs=STAFF_PERMISSION)
def set_staff_roles(actor: Actor, *, staff_id: int, role_ids: Collection[int]) -> None:
    """Give somebody exactly these roles; it counts from their next request on.

    Locks: every role, then the person. Raises: NotFound, GivesMoreThanHeld, LastAdministrator. Emits: StaffRolesSet.
    """
    guards.lock_roles()
    staff = _locked(staff_id)
    before = {role.id: role.code for role in staff.roles.order_by("id")}
    after = {role.id: role.code for role in Role.objects.filter(id__in=role_ids).order_by("id")}
    if before == after:
        return
    guards.require_held(actor, guards.permissions_of_roles(before.keys() ^ after.keys()))
    staff.roles.set(list(after))
    guards.require_administrator_left()
    events.record(actor, [StaffRolesSet(staff_id=staff.id, before=list(before.values()), after=list(after.values()))])


@command(needs=STAFF_PERMISSION)
def deactivate_staff(actor: Actor, *, staff_id: int, now: datetime) -> None:
    """Let somebody go: their sessions end with their next click, the tokens they issued stop, their duties are free.

    Locks: every role, then the person. Raises: NotFound, NotYourself, GivesMoreThanHeld, LastAdministrator.
    Emits: StaffDeactivated, DutiesCancelled.
    """
    guards.lock_roles()
    staff = _locked(staff_id)
    _require_power_over(actor, staff)
    if not staff.is_active:
        return
    Staff.objects.filter(id=staff.id).update(is_active=False)
    guards.require_administrator_left()
    revoked = ApiToken.objects.filter(created_by=staff, revoked_at=None).update(revoked_at=now)
    events.record(actor, [StaffDeactivated(staff_id=staff.id, tokens_revoked=revoked)])
    roster.take_off(actor, Duty.objects.filter(staff=staff), reason="left", now=now)


@command(needs=STAFF_PERMISSION)
def reactivate_staff(actor: Actor, *, staff_id: int) -> None:
    """Let somebody in again with the roles they had.

    Raises: NotFound, GivesMoreThanHeld. Emits: StaffReactivated.
    """
    staff = _locked(staff_id)
    _require_power_over(actor, staff)
    if Staff.objects.filter(id=staff.id, is_active=False).update(is_active=True):
        events.record(actor, [StaffReactivated(staff_id=staff.id)])


@command(needs=STAFF_PERMISSION)
def reset_password(actor: Actor, *, staff_id: int, password: str, remove_second_factor: bool = False) -> None:
    """Give somebody a new password, on request without their lost second factor; all their sessions end.

    Raises: NotFound, NotYourself, GivesMoreThanHeld, BadInput. Emits: PasswordReset.
    """
    staff = _locked(staff_id)
    _require_power_over(actor, staff)
    if findings := _password_findings(staff, password):
        raise errors.BadInput(findings)
    staff.set_password(password)  # sessions carry a hash of the password: they end now
    staff.save(update_fields=["password"])
    removed = remove_second_factor and Authenticator.objects.filter(user=staff).delete()[0] > 0
    events.record(actor, [PasswordReset(staff_id=staff.id, second_factor_removed=bool(removed))])


def _locked(staff_id: int) -> Staff:
    staff = Staff.objects.select_for_update().filter(id=staff_id).first()
    if staff is None:
        raise errors.NotFound(key=staff_id)
    return staff


def _require_power_over(actor: Actor, staff: Staff) -> None:
    """Refuse to act on oneself, or on somebody who may do more. Raises: NotYourself, GivesMoreThanHeld."""
    if staff.id == actor.staff_id:
        raise NotYourself
    held = guards.permissions_of_roles(staff.roles.values_list("id", flat=True))
    guards.require_held(actor, held | ({rules.ALL} if staff.is_superuser else set()))

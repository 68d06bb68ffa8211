"""What happens to staff, roles and tokens."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class StaffCreated(Event, frozen=True, kw_only=True):
    """Somebody joined."""

    KIND = "people.staff_created"
    SUBJECT = "staff"
    staff_id: int
    username: str
    roles: list[str]


class StaffRolesSet(Event, frozen=True, kw_only=True):
    """Somebody's roles changed."""

    KIND = "people.staff_roles_set"
    SUBJECT = "staff"
    staff_id: int
    before: list[str]
    after: list[str]


class StaffDeactivated(Event, frozen=True, kw_only=True):
    """Somebody left; nothing of theirs opens a door any more."""

    KIND = "people.staff_deactivated"
    SUBJECT = "staff"
    staff_id: int
    tokens_revoked: int


class StaffReactivated(Event, frozen=True, kw_only=True):
    """Somebody came back."""

    KIND = "people.staff_reactivated"
    SUBJECT = "staff"
    staff_id: int


class PasswordReset(Event, frozen=True, kw_only=True):
    """An administrator gave somebody a new password."""

    KIND = "people.password_reset"
    SUBJECT = "staff"
    staff_id: int
    second_factor_removed: bool


class PreferencesSet(Event, frozen=True, kw_only=True):
    """Somebody chose language, look or time zone."""

    KIND = "people.preferences_set"
    SUBJECT = "staff"
    staff_id: int
    before: dict[str, str]
    after: dict[str, str]


class RolePermissionSet(Event, frozen=True, kw_only=True):
    """A tick of the permission matrix was set or taken away."""

    KIND = "people.role_permission_set"
    SUBJECT = "role"
    role_id: int
    role: str
    permission: str
    granted: bool


class TokenIssued(Event, frozen=True, kw_only=True):
    """A program got a key."""

    KIND = "people.token_issued"
    SUBJECT = "token"
    token_id: int
    name: str
    prefix: str
    permissions: list[str]
    scopes: list[str]
    expires_at: datetime | None


class TokenRevoked(Event, frozen=True, kw_only=True):
    """A program's key was taken away."""

    KIND = "people.token_revoked"
    SUBJECT = "token"
    token_id: int
    name: str

"""Change who works here and what they may do."""

from steward.modules.people.commands.preferences import set_preferences
from steward.modules.people.commands.roles import set_role_permission
from steward.modules.people.commands.staff import (
    create_staff,
    deactivate_staff,
    reactivate_staff,
    reset_password,
    set_staff_roles,
)
from steward.modules.people.commands.tokens import IssuedToken, issue_token, note_token_use, revoke_token

__all__ = [
    "IssuedToken",
    "create_staff",
    "deactivate_staff",
    "issue_token",
    "note_token_use",
    "reactivate_staff",
    "reset_password",
    "revoke_token",
    "set_preferences",
    "set_role_permission",
    "set_staff_roles",
]

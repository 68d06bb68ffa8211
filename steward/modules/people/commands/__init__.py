"""Change who works here, what they may do, and when they are there."""

from steward.modules.people.commands.calendars import CalendarDraft, check_holidays, extend_calendars, save_calendar
from steward.modules.people.commands.leave import LeaveDraft, decide_leave, request_leave, withdraw_leave
from steward.modules.people.commands.on_call import cancel_override, override_on_call, save_on_call
from steward.modules.people.commands.preferences import set_preferences
from steward.modules.people.commands.presence import note_presence, set_presence
from steward.modules.people.commands.roles import set_role_permission
from steward.modules.people.commands.roster import (
    DutyDraft,
    Planned,
    ShiftDraft,
    cancel_duties,
    plan_duties,
    save_shift,
)
from steward.modules.people.commands.rotations import apply_rotation, save_rotation
from steward.modules.people.commands.staff import (
    create_staff,
    deactivate_staff,
    reactivate_staff,
    reset_password,
    set_staff_roles,
)
from steward.modules.people.commands.swapping import answer_swap, ask_swap, decide_swap, withdraw_swap
from steward.modules.people.commands.teams import (
    MemberDraft,
    TeamDraft,
    add_skill,
    save_team,
    set_abilities,
    set_team_members,
)
from steward.modules.people.commands.tokens import IssuedToken, issue_token, note_token_use, revoke_token

__all__ = [
    "CalendarDraft",
    "DutyDraft",
    "IssuedToken",
    "LeaveDraft",
    "MemberDraft",
    "Planned",
    "ShiftDraft",
    "TeamDraft",
    "add_skill",
    "answer_swap",
    "apply_rotation",
    "ask_swap",
    "cancel_duties",
    "cancel_override",
    "check_holidays",
    "create_staff",
    "deactivate_staff",
    "decide_leave",
    "decide_swap",
    "extend_calendars",
    "issue_token",
    "note_presence",
    "note_token_use",
    "override_on_call",
    "plan_duties",
    "reactivate_staff",
    "request_leave",
    "reset_password",
    "revoke_token",
    "save_calendar",
    "save_on_call",
    "save_rotation",
    "save_shift",
    "save_team",
    "set_abilities",
    "set_preferences",
    "set_presence",
    "set_role_permission",
    "set_staff_roles",
    "set_team_members",
    "withdraw_leave",
    "withdraw_swap",
]

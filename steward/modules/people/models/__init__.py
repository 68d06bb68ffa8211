"""Rows of people: staff and what they may do, teams, rosters, leave, presence, on-call, calendars."""

from steward.modules.people.models.absence import Leave, Presence
from steward.modules.people.models.calendars import CalendarVersion
from steward.modules.people.models.duties import Duty, Rotation, RotationMember, Shift, Swap
from steward.modules.people.models.on_call import OnCallMember, OnCallOverride, OnCallRotation
from steward.modules.people.models.staff import ApiToken, Role, RolePermission, Staff, StaffManager
from steward.modules.people.models.stations import Appointment, Station, StationService, StationSkill
from steward.modules.people.models.teams import Skill, StaffSkill, Team, TeamMember

__all__ = [
    "ApiToken",
    "Appointment",
    "CalendarVersion",
    "Duty",
    "Leave",
    "OnCallMember",
    "OnCallOverride",
    "OnCallRotation",
    "Presence",
    "Role",
    "RolePermission",
    "Rotation",
    "RotationMember",
    "Shift",
    "Skill",
    "Staff",
    "StaffManager",
    "StaffSkill",
    "Station",
    "StationService",
    "StationSkill",
    "Swap",
    "Team",
    "TeamMember",
]

"""Teams and what their people can do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.modules.people.models.staff import Staff
from steward.modules.people.rules import staffing


class Team(models.Model):
    """People who share a queue, a roster and a calendar.

    `minimum_on_duty` is how many must be on duty whenever the calendar is open; 0: the team keeps no roster.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    manager = models.ForeignKey(Staff, on_delete=models.SET_NULL, null=True, related_name="managed_teams")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    calendar_code = models.CharField(max_length=40, db_default="always", default="always")
    time_zone = models.CharField(max_length=40, db_default="Asia/Shanghai", default="Asia/Shanghai")
    languages = models.JSONField(default=list)
    minimum_on_duty = models.PositiveSmallIntegerField(db_default=0, default=0)
    is_active = models.BooleanField(db_default=True, default=True)

    class Meta:
        db_table = "people_team"
        constraints = (
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="team_is_not_its_own_parent"
            ),
        )


class TeamMember(models.Model):
    """Somebody's place in a team: the share of their time, and whether it is their own team."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    share_percent = models.PositiveSmallIntegerField(db_default=100, default=100)
    is_primary = models.BooleanField(db_default=True, default=True)

    class Meta:
        db_table = "people_team_member"
        constraints = (
            models.UniqueConstraint(fields=["team", "staff"], name="member_once_per_team"),
            models.UniqueConstraint(fields=["staff"], condition=Q(is_primary=True), name="one_team_of_ones_own"),
            models.CheckConstraint(condition=Q(share_percent__range=(1, 100)), name="member_share"),
        )


class Skill(models.Model):
    """Something that work may ask for: a language, a product line, complaints."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        db_table = "people_skill"


class StaffSkill(models.Model):
    """How well somebody can do it."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="holders")
    level = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "people_staff_skill"
        constraints = (
            models.UniqueConstraint(fields=["staff", "skill"], name="skill_once_per_person"),
            models.CheckConstraint(
                condition=Q(level__range=(staffing.LOWEST_LEVEL, staffing.HIGHEST_LEVEL)), name="skill_level"
            ),
        )

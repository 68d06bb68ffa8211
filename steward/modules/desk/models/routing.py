"""Routing: rules and weights as data, agents of key customers, and why a ticket went to somebody (DSK-6)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from steward.modules.desk.models.tickets import Ticket
from steward.modules.desk.rules import routing

PERCENT = Q(weight_previous__lte=100, weight_team__lte=100, weight_skill__lte=100, weight_load__range=(1, 100))


class RoutingRule(models.Model):
    """Where tickets of a kind go. A change makes a new version; the old one stays for what went by it.

    Of the active rules whose condition holds the one with the lowest rank counts. With `team_only` nobody outside the
    team gets such a ticket, else its people are merely preferred. The weights (0–100) say what counts how much: who had
    the customer before, the team, how well somebody can do it, and how much they have already.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField()
    version = models.PositiveIntegerField(db_default=1, default=1)
    name = models.CharField(max_length=80)
    rank = models.PositiveSmallIntegerField(db_default=100, default=100)
    condition = models.JSONField(default=list)
    skill = models.CharField(max_length=50, blank=True, db_default="", default="")
    level = models.PositiveSmallIntegerField(db_default=1, default=1)
    team = models.CharField(max_length=50, blank=True, db_default="", default="")
    team_only = models.BooleanField(db_default=False, default=False)
    weight_previous = models.PositiveSmallIntegerField(db_default=60, default=60)
    weight_team = models.PositiveSmallIntegerField(db_default=40, default=40)
    weight_skill = models.PositiveSmallIntegerField(db_default=10, default=10)
    weight_load = models.PositiveSmallIntegerField(db_default=100, default=100)
    active = models.BooleanField(db_default=True, default=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.CharField(max_length=80, db_default="system:seed", default="system:seed")
    reason = models.CharField(max_length=400, blank=True, db_default="", default="")

    class Meta:
        db_table = "desk_routing_rule"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="routing_rule_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="routing_rule_one_active"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="routing_rule_level"),
            models.CheckConstraint(condition=PERCENT, name="routing_rule_weights"),
            models.CheckConstraint(condition=Q(team_only=False) | ~Q(team=""), name="routing_rule_only_of_a_team"),
        )


class SkillNeed(models.Model):
    """What a ticket asks of who works on it: a category, a language or a channel wants a skill, at least so good."""

    id = models.BigAutoField(primary_key=True)
    fact = models.CharField(max_length=20)
    value = models.CharField(max_length=60)
    skill = models.CharField(max_length=50)
    level = models.PositiveSmallIntegerField(db_default=1, default=1)

    class Meta:
        db_table = "desk_skill_need"
        constraints = (
            models.UniqueConstraint(fields=["fact", "value", "skill"], name="skill_need_once"),
            models.CheckConstraint(condition=Q(fact__in=routing.NEED_FACTS), name="skill_need_fact"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="skill_need_level"),
        )


class LoadWeight(models.Model):
    """How much of a case a ticket is, by channel, priority and state; the three are multiplied.

    Units: percent of one case.
    """

    id = models.BigAutoField(primary_key=True)
    axis = models.CharField(max_length=10)
    code = models.CharField(max_length=20)
    percent = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "desk_load_weight"
        constraints = (
            models.UniqueConstraint(fields=["axis", "code"], name="load_weight_once"),
            models.CheckConstraint(condition=Q(axis__in=routing.AXES), name="load_weight_axis"),
            models.CheckConstraint(condition=Q(percent__lte=500), name="load_weight_percent"),
        )


class KeyAgent(models.Model):
    """Who looks after a key customer."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField(unique=True)
    staff_id = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "desk_key_agent"


class KeyAgentChange(models.Model):
    """That somebody else came to look after a key customer; None is nobody in particular. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField()
    before_id = models.BigIntegerField(null=True)
    after_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        db_table = "desk_key_agent_change"
        indexes = (models.Index(fields=["customer_id", "-id"], name="key_agent_change_of_customer"),)


class Assignment(models.Model):
    """Why a ticket went to somebody, or to nobody yet: rows are only ever added.

    `how`: routed, queued (nobody could take it) or returned (by whom it was with). `needs` are skills with their level
    ("english:2"), `rejected` counts of people by the reason why they did not get it. Units: `weight`, `load` and
    `capacity` hundredths of a case; `load` is before this ticket.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    staff_id = models.BigIntegerField(null=True)
    before_id = models.BigIntegerField(null=True)
    how = models.CharField(max_length=10)
    why = models.CharField(max_length=20, blank=True, db_default="", default="")
    rule = models.ForeignKey(RoutingRule, on_delete=models.PROTECT, null=True, related_name="+")
    needs = ArrayField(models.CharField(max_length=60), default=list)
    weight = models.PositiveIntegerField(db_default=0, default=0)
    load = models.PositiveIntegerField(null=True)
    capacity = models.PositiveIntegerField(null=True)
    rejected = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_assignment"
        constraints = (
            models.CheckConstraint(condition=Q(how__in=routing.HOWS), name="assignment_how"),
            models.CheckConstraint(condition=Q(why__in=("", *routing.WHYS)), name="assignment_why"),
            models.CheckConstraint(
                condition=Q(how="routed", staff_id__isnull=False) | ~Q(how="routed") & Q(staff_id__isnull=True),
                name="assignment_routed_to_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["ticket", "-id"], name="assignment_of_ticket"),
            models.Index(fields=["staff_id", "-at"], name="assignment_of_staff"),
        )

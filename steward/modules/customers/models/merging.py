"""Which buyers are one person: merges that hold or were taken back, proposals, and the rules that make them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from steward.modules.customers.models.buyers import Customer
from steward.modules.customers.rules.merging import ACTS, GROUPS, PROPOSAL_STATES, WANTED_PROOF


class Merge(models.Model):
    """Two buyers found to be one person: from then on `survivor` stands for `merged`, until it is taken back.

    Both stood for themselves at that moment, so the merges that hold are a forest, and taking any of them back, in any
    order, leaves what the others say. `members` and `identities` are who and what came along, for people to read.
    """

    id = models.BigAutoField(primary_key=True)
    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    members = ArrayField(models.BigIntegerField())
    identities = ArrayField(models.BigIntegerField())
    rule = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=80)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True, default="")
    undo_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "customers_merge"
        constraints = (
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merged_into_one"),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merge_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by="", undo_reason="")
                | (Q(undone_at__isnull=False) & ~Q(undone_by="") & ~Q(undo_reason="")),
                name="merge_undone_by_somebody",
            ),
        )


class MergeRule(models.Model):
    """When two buyers who share a value of a group are taken for one: proved by both or not, proposed or done."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    group = models.CharField(max_length=10)
    proof = models.CharField(max_length=6)
    acts = models.CharField(max_length=8)
    is_on = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "customers_merge_rule"
        constraints = (
            models.UniqueConstraint(fields=["group", "proof"], name="merge_rule_once"),
            models.CheckConstraint(condition=Q(group__in=GROUPS), name="merge_rule_group"),
            models.CheckConstraint(condition=Q(proof__in=WANTED_PROOF), name="merge_rule_proof"),
            models.CheckConstraint(condition=Q(acts__in=ACTS), name="merge_rule_acts"),
        )


class Proposal(models.Model):
    """Two buyers who may be one person, for somebody to decide; what was refused is never proposed again."""

    id = models.BigAutoField(primary_key=True)
    low = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    high = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40, blank=True)
    shared = ArrayField(models.CharField(max_length=40), default=list)
    state = models.CharField(max_length=10, db_default="open", default="open")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "customers_proposal"
        constraints = (
            models.UniqueConstraint(fields=["low", "high"], name="proposal_once_per_pair"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="proposal_of_two"),
            models.CheckConstraint(condition=Q(state__in=PROPOSAL_STATES), name="proposal_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="proposal_decided",
            ),
        )
        indexes = (models.Index(fields=["-id"], condition=Q(state="open"), name="proposal_open"),)

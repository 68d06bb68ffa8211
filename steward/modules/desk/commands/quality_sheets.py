"""Keep score sheets and plans of samples: a changed sheet is a new version, reviews under way keep theirs (DSK-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.events import QualityPlanSaved, ScoreSheetSaved
from steward.modules.desk.models import QualityPlan, ScoreSheet
from steward.modules.desk.rules import quality, sampling
from steward.modules.people import queries as people

SET_UP, SUPERVISE = "settings.desk", "tickets.supervise"


class UnfitScoreSheet(errors.Refusal):
    """Refuse a sheet nobody can score by; says which part of it."""

    code = "unfit_score_sheet"
    status = 422
    message = _(
        "This sheet cannot be used. Look at: %(place)s. Each criterion needs a code of its own, names in three "
        "languages and a weight from 1 to 100."
    )


class SheetInUse(errors.Refusal):
    """Refuse to put away a sheet that a plan draws for."""

    code = "sheet_in_use"
    status = 409
    message = _("A plan of samples uses this sheet. Give the plan another one first.")


class SheetDraft(Struct, frozen=True, kw_only=True):
    """A score sheet as somebody writes it. Units: `most` points of a criterion, `pass_percent` percent."""

    code: str
    labels: Mapping[str, str]
    criteria: Sequence[Any]
    most: int = 4
    pass_percent: int = 80


class PlanDraft(Struct, frozen=True, kw_only=True):
    """A plan of samples as somebody writes it; `weights` by risk, `reviewers` none: everybody who may supervise."""

    code: str
    name: str
    sheet: str
    mode: str = "count"
    amount: int = 2
    weights: Mapping[str, int] = {}
    team: str = ""
    reviewers: Sequence[int] = ()
    weekly: bool = True
    active: bool = True


@command(needs=SET_UP)
def save_sheet(actor: Actor, *, draft: SheetDraft, reason: str, now: datetime) -> int:
    """Put a sheet, or a new version of one, in force. Returns its id.

    Raises: UnfitScoreSheet, ReasonNeeded. Emits: ScoreSheetSaved. Locks: the versions of this sheet.
    """
    if not reason.strip():
        raise ReasonNeeded
    criteria = _checked(draft)
    versions = ScoreSheet.objects.select_for_update().filter(code=draft.code)
    list(versions.order_by("id").values_list("id", flat=True))
    last = ScoreSheet.objects.filter(code=draft.code).aggregate(last=Max("version"))["last"] or 0
    ScoreSheet.objects.filter(code=draft.code, active=True).update(active=False)
    row = ScoreSheet.objects.create(
        code=draft.code,
        version=last + 1,
        labels={language: draft.labels[language].strip() for language in quality.LANGUAGES},
        criteria=msgspec.to_builtins(criteria),
        most=draft.most,
        pass_percent=draft.pass_percent,
        set_at=now,
        set_by=actor.id,
        reason=reason.strip()[:400],
    )
    _tell(actor, row)
    return row.id


def _checked(draft: SheetDraft) -> tuple[quality.Criterion, ...]:
    named = all(0 < len(draft.labels.get(language, "").strip()) <= 80 for language in quality.LANGUAGES)
    if not quality.CODE.fullmatch(draft.code) or not named:
        raise UnfitScoreSheet(place=_("Code and names"))
    if draft.most not in quality.MOST_POINTS or not 0 <= draft.pass_percent <= 100:
        raise UnfitScoreSheet(place=_("Scale"))
    try:
        return quality.parse_criteria(draft.criteria)
    except quality.UnfitSheet as cause:
        raise UnfitScoreSheet(place=cause.place) from cause


@command(needs=SET_UP)
def retire_sheet(actor: Actor, *, code: str, reason: str) -> None:
    """Take a sheet out of force; reviews that began by it are finished by it.

    Raises: NotFound, ReasonNeeded, SheetInUse. Emits: ScoreSheetSaved. Locks: the sheet.
    """
    if not reason.strip():
        raise ReasonNeeded
    row = ScoreSheet.objects.select_for_update().filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    if QualityPlan.objects.filter(sheet=code, active=True).exists():
        raise SheetInUse
    row.active, row.reason = False, reason.strip()[:400]
    row.save(update_fields=["active", "reason"])
    _tell(actor, row)


def _tell(actor: Actor, row: ScoreSheet) -> None:
    told = ScoreSheetSaved(
        score_sheet_id=row.id, code=row.code, version=row.version, active=row.active, reason=row.reason
    )
    events.record(actor, [told])


@command(needs=SUPERVISE)
def save_plan(actor: Actor, *, draft: PlanDraft, now: datetime) -> int:
    """Write a plan of samples, or write it anew. Returns its id.

    Its seed is drawn once and stays, so that a week can be drawn again and gives the same.
    Raises: BadInput with every finding. Emits: QualityPlanSaved. Locks: the plan.
    """
    if findings := _findings(draft):
        raise errors.BadInput(findings)
    facts = {
        "name": draft.name.strip(),
        "sheet": draft.sheet,
        "mode": draft.mode,
        "amount": draft.amount,
        "weights": {risk: draft.weights.get(risk, 0) for risk in sampling.RISKS},
        "team": draft.team,
        "reviewers": sorted(set(draft.reviewers)),
        "weekly": draft.weekly,
        "active": draft.active,
        "set_at": now,
        "set_by": actor.id,
    }
    first = facts | {"seed": f"{draft.code}-{now:%Y%m%d%H%M%S}"}
    row, _new = QualityPlan.objects.select_for_update().update_or_create(
        code=draft.code, defaults=facts, create_defaults=first
    )
    events.record(actor, [QualityPlanSaved(quality_plan_id=row.id, code=row.code, active=row.active)])
    return row.id


def _findings(draft: PlanDraft) -> list[dict[str, str]]:
    """Collect all that is wrong with a plan."""
    able = set(people.staff_with_permission(SUPERVISE))
    weights_fit = all(
        risk in sampling.RISKS and 0 <= weight <= sampling.MOST_WEIGHT for risk, weight in draft.weights.items()
    )
    checks = (
        ("code", bool(quality.CODE.fullmatch(draft.code)), _("Give it a short code of small letters and digits.")),
        ("name", 0 < len(draft.name.strip()) <= 80, _("Give it a name of at most 80 characters.")),
        ("sheet", ScoreSheet.objects.filter(code=draft.sheet, active=True).exists(), _("Choose a sheet in force.")),
        ("mode", draft.mode in sampling.MODES, _("Choose a number or a share.")),
        ("amount", 1 <= draft.amount <= 100, _("Give an amount between 1 and 100.")),
        ("weights", weights_fit, _("Give weights between 0 and 20.")),
        ("team", not draft.team or draft.team in {one.code for one in people.teams()}, _("Choose a team of the list.")),
        ("reviewers", set(draft.reviewers) <= able, _("Choose reviewers who may supervise the desk.")),
    )
    return [{"field": field, "code": "unfit", "message": str(message)} for field, fits, message in checks if not fits]

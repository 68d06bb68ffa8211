"""A choice of service in words: what was taken, what else there was, and why not; for any page that shows one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from steward.modules.logistics.queries import carriers as files
from steward.modules.logistics.queries import words
from steward.modules.logistics.queries.choice import ChoiceView, Wanted
from steward.modules.logistics.rules.choice import Choice, Verdict


def shown(choice: Choice, wanted: Wanted | None = None, *, today: date | None = None) -> dict[str, Any]:
    """Turn a choice into what the partial `console/carriers/_choice.html` shows as `explained`."""
    names = {one.id: one for one in files.services()}
    return {
        "choice": choice,
        "cause": words.word(words.CAUSES, choice.cause),
        "promised": wanted.promised_date if wanted else None,
        "days_left": (wanted.promised_date - today).days if wanted and wanted.promised_date and today else None,
        "rows": [
            {
                "verdict": one.verdict,
                "said": _said(one),
                "option": one.option,
                "service": names.get(one.option.service_id),
                "percent": None if one.option.on_time is None else round(100 * one.option.on_time),
            }
            for one in choice.verdicts
        ],
        "out": [(names.get(one.service_id), words.word(words.EXCLUSIONS, one.reason)) for one in choice.out],
        "percent_wanted": round(100 * choice.reliability_share),
    }


def kept(view: ChoiceView) -> dict[str, Any]:
    """Turn a kept choice into the same, with who chose otherwise and why."""
    explained = shown(view.choice)
    return {**explained, "promised": view.promised_date, "reason": view.reason, "kind": view.kind, "by": view.made_by}


def _said(one: Verdict) -> str:
    said = {
        "chosen": _("chosen"),
        "dearer": _("dearer"),
        "unsure": _("not sure enough"),
        "full": _("full today"),
        "probation": _("on probation"),
        "passed_over": _("passed over by a person"),
    }
    return said.get(one.verdict, one.verdict)

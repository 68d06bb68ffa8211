"""Reasons of after-sales: the tree, and each with its words, whose doing it is, and what is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.returns.policies import CHANGE, SEE
from steward.interfaces.console.returns.policies_form import LANGUAGE_NAMES
from steward.kernel.errors import BadInput, NotFound
from steward.modules.returns.commands.reasons import save_reason, unreadable
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.queries import policy_words as words
from steward.modules.returns.rules.reasons import LANGUAGES, ReasonDraft

MOST_QUESTIONS = 20


@require_GET
@needs(SEE)
def reason_list(request: StaffRequest) -> HttpResponse:
    """Show the tree of reasons, those out of use too."""
    language = get_language() or "zh-hans"
    known = queries.all_reasons()
    facts = {
        "roots": [
            (_shown(root, language), [_shown(one, language) for one in known if one.parent == root.code])
            for root in known
            if not root.parent
        ],
        "may_change": request.actor.may(CHANGE),
    }
    return render(request, "console/returns/policy_reasons.html", facts)


def _shown(one: queries.ReasonView, language: str) -> dict[str, Any]:
    fault = words.FAULTS[one.fault]
    return {"code": one.code, "label": one.label(language), "fault": fault, "asked": len(one.questions), "one": one}


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def reason_new(request: StaffRequest) -> HttpResponse:
    """Add a reason."""
    return _edited(request, request.POST.get("code", "").strip(), {"fault": "customer", "active": True}, is_new=True)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def reason_edit(request: StaffRequest, code: str) -> HttpResponse:
    """Change a reason. Raises: NotFound."""
    found = next((one for one in queries.all_reasons() if one.code == code), None)
    if found is None:
        raise NotFound(key=code)
    return _edited(request, code, msgspec.to_builtins(found), is_new=False)


def _edited(request: StaffRequest, code: str, start: dict[str, Any], *, is_new: bool) -> HttpResponse:
    if request.method == "GET":
        return _form(request, code, start, is_new=is_new)
    typed = _read(request.POST)
    try:
        save_reason(request.actor, code=code, draft=_draft(typed))
    except BadInput as refusal:
        return _form(request, code, typed, is_new=is_new, flaws=refusal.findings)
    return say(request, _("Saved."), to=reverse("return_reasons"))


def _draft(typed: dict[str, Any]) -> ReasonDraft:
    """Read a draft strictly. Raises: UnfitReason."""
    try:
        return msgspec.convert(typed, ReasonDraft)
    except msgspec.ValidationError as error:
        raise unreadable(error) from error


def _read(posted: MultiValueDict[str, str]) -> dict[str, Any]:
    position = posted.get("position", "")
    return {
        "labels": _words(posted, "label"),
        "fault": posted.get("fault", "customer"),
        "parent": posted.get("parent", ""),
        "position": int(position) if position.isdigit() and len(position) < 4 else 100,
        "active": bool(posted.get("active")),
        "questions": [
            question
            for place in posted.getlist("place")[:MOST_QUESTIONS]
            if not posted.get(f"drop-{place}") and (question := _question(posted, place))["code"]
        ],
    }


def _words(posted: MultiValueDict[str, str], name: str) -> dict[str, str]:
    return {code: posted.get(f"{name}-{code}", "").strip() for code in LANGUAGES}


def _question(posted: MultiValueDict[str, str], place: str) -> dict[str, Any]:
    def text(name: str) -> str:
        return posted.get(f"{name}-{place}", "").strip()

    return {
        "code": text("code"),
        "kind": text("kind") or "text",
        "labels": _words(posted, f"question-{place}"),
        "categories": [one.strip() for one in text("categories").split(",") if one.strip()],
        "choices": [
            {"code": cells[0], "labels": dict(zip(LANGUAGES, cells[1:], strict=False))}
            for cells in _lines(text("choices"))
        ],
        "guidance": [
            {
                "answer": cells[0],
                "kind": cells[1] if len(cells) > 1 else "",
                "words": dict(zip(LANGUAGES, cells[2:5], strict=False)),
                "link": cells[5] if len(cells) > 5 else "",
            }
            for cells in _lines(text("guidance"))
        ],
    }


def _lines(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]


def _form(
    request: StaffRequest, code: str, reason: dict[str, Any], *, is_new: bool, flaws: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    language = get_language() or "zh-hans"
    questions = [*reason.get("questions", []), {}]
    facts = {
        "code": code,
        "is_new": is_new,
        "reason": reason,
        "labels": _languages(reason.get("labels", {})),
        "faults": list(words.FAULTS.items()),
        "parents": [(one.code, one.label(language)) for one in queries.all_reasons() if one.code != code],
        "kinds": list(words.QUESTION_KINDS.items()),
        "questions": [_laid(place, one) for place, one in enumerate(questions)],
        "flaws": [one["message"] for one in flaws],
    }
    return render(request, "console/returns/policy_reason.html", facts, status=422 if flaws else 200)


def _languages(labels: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(code, LANGUAGE_NAMES[code], labels.get(code, "")) for code in LANGUAGES]


def _laid(place: int, question: dict[str, Any]) -> dict[str, Any]:
    """Lay a question out for its fields; choices and guidance a line each."""
    choices = [[one["code"], *_texts(one["labels"])] for one in question.get("choices", [])]
    hints = [
        [one["answer"], one["kind"], *_texts(one["words"]), one.get("link", "")] for one in question.get("guidance", [])
    ]
    return {
        **question,
        "place": place,
        "labels": _languages(question.get("labels", {})),
        "categories": ", ".join(question.get("categories", [])),
        "choices": "\n".join(" | ".join(cells) for cells in choices),
        "guidance": "\n".join(" | ".join(cells).rstrip(" |") for cells in hints),
    }


def _texts(labels: dict[str, str]) -> list[str]:
    return [labels.get(code, "") for code in LANGUAGES]

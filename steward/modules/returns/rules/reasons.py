"""Reasons of after-sales and what is asked before a case is sent: diagnosis questions with guidance. Source: RET-2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from steward.kernel.findings import Finding
from steward.modules.returns.rules.policy_shapes import PLAIN

Language = Literal["zh-hans", "zh-hant", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-hans", "zh-hant", "en")
DEEPEST = 3
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = dict[Language, Annotated[str, Meta(max_length=400, pattern=PLAIN)]]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to choose."""

    code: Code
    labels: Words


class Hint(Struct, frozen=True, forbid_unknown_fields=True):
    """What is offered first where a question is answered so: a tutorial, a replacement part, remote help.

    `answer` is "yes", "no" or the code of a choice.
    """

    answer: Code
    kind: Literal["tutorial", "part", "remote"]
    words: Words
    link: Annotated[str, Meta(max_length=400, pattern=PLAIN)] = ""


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One question; `categories`: asked of goods under these paths only, none: of all."""

    code: Code
    labels: Words
    kind: Literal["yes_no", "choice", "text"] = "text"
    choices: Annotated[tuple[Choice, ...], Meta(max_length=12)] = ()
    guidance: Annotated[tuple[Hint, ...], Meta(max_length=12)] = ()
    categories: Annotated[tuple[Annotated[str, Meta(max_length=80, pattern=PLAIN)], ...], Meta(max_length=40)] = ()


class ReasonDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """A reason as somebody writes it. `parent` "": a root."""

    labels: dict[Language, Annotated[str, Meta(max_length=80, pattern=PLAIN)]]
    fault: Literal["customer", "merchant", "carrier"]
    parent: str = ""
    questions: Annotated[tuple[Question, ...], Meta(max_length=20)] = ()
    position: Annotated[int, Meta(ge=0, le=1_000)] = 100
    active: bool = True


def flaws(draft: ReasonDraft) -> list[Finding]:
    """List what a reason lacks, all at once; fields are named `questions.0.labels.en`."""
    found = [
        Finding(f"labels.{language}", "reason_needs_label", "error")
        for language in LANGUAGES
        if not draft.labels.get(language, "").strip()
    ]
    twice = {code for code, times in Counter(one.code for one in draft.questions).items() if times > 1}
    for place, question in enumerate(draft.questions):
        at = f"questions.{place}."
        if question.code in twice:
            found.append(Finding(at + "code", "question_twice", "error", {"code": question.code}))
        found += [Finding(at + field, code, "error", {"code": question.code}) for field, code in _gaps(question)]
    return found


def _gaps(question: Question) -> Iterator[tuple[str, str]]:
    """Name the fields in which a question lacks something."""
    for language in LANGUAGES:
        if not question.labels.get(language, "").strip():
            yield f"labels.{language}", "question_needs_label"
    if (question.kind == "choice") is not (len(question.choices) > 1):
        yield "choices", "question_needs_choices"
    answers = {"yes", "no"} if question.kind == "yes_no" else {one.code for one in question.choices}
    if any(one.answer not in answers for one in question.guidance):
        yield "guidance", "guidance_without_answer"


def below(parents: Mapping[str, str]) -> dict[str, list[str]]:
    """List for each reason all those under it, however deep; `parents`: reason → the one above it, "" for a root."""
    found: dict[str, list[str]] = {code: [] for code in parents}
    for code in parents:
        for above in above_it(code, parents):
            found[above].append(code)
    return found


def above_it(code: str, parents: Mapping[str, str]) -> list[str]:
    """List the reasons above one, the nearest first; a ring ends where it closes."""
    found: list[str] = []
    above = parents.get(code, "")
    while above and above not in found and above != code:
        found.append(above)
        above = parents.get(above, "")
    return found

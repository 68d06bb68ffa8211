"""The classifier for reading: the seed, the version in use, what it says of tickets, and what versions there are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from msgspec import Struct

from steward.kernel import errors, memory
from steward.modules.desk.models import CategoryCorrection, ClassifierVersion, Message, Ticket, TicketVerdict
from steward.modules.desk.rules.categories import CATEGORIES, REASONS
from steward.modules.desk.rules.classifying import learning, phrases, stored
from steward.modules.desk.rules.classifying.deciding import Verdict
from steward.modules.desk.rules.classifying.model import Model, Row

FOLDER = Path(phrases.__file__).parent / "phrases"
LANGUAGES = {"zh_hans": "zh-Hans", "zh_hant": "zh-Hant", "en": "en"}
LONGEST_TEXT = 2_000
MOST_CORRECTIONS = 20_000
_known: dict[str, Model] = {}
memory.remembers(_known.clear)


class VersionView(Struct, frozen=True, kw_only=True):
    """A version of the classifier and how it did; `before`: the figures of the one it was compared with."""

    number: int
    state: str
    made_at: datetime
    made_by: str
    took_s: float
    corrections: int
    figures: dict[str, Any]
    before: dict[str, Any]
    used_since: datetime | None
    used_by: str
    reason: str
    sha256: str


class Waiting(Struct, frozen=True):
    """A ticket to be judged: its first words, and what it is about now."""

    ticket_id: int
    text: str


class VerdictView(Struct, frozen=True, kw_only=True):
    """What the model said of a ticket. `alone`: it was set without a person. Units: shares 0–1."""

    version: int
    category: str
    sub_reason: str
    probability: float
    reason_probability: float
    alone: bool
    others: list[tuple[str, float]]
    at: datetime


@lru_cache(maxsize=1)
def seed() -> tuple[phrases.Phrase, ...]:
    """Read how customers put each matter. Raises: ValueError where a file names a reason the tree does not have."""
    found: list[phrases.Phrase] = []
    for folder, language in LANGUAGES.items():
        for file in sorted((FOLDER / folder).glob("*.txt")):
            found += phrases.phrases_in(file.read_text(encoding="utf-8"), category=file.stem, language=language)
    strange = sorted({one.key for one in found} - set(REASONS) - {"none.none"})
    if strange:
        raise ValueError(f"the tree has no {', '.join(strange)}")
    return tuple(found)


def seed_hash() -> str:
    """Name the seed by its words."""
    return hashlib.sha256("\n".join(f"{one.key} {one.text}" for one in seed()).encode()).hexdigest()


def correction_rows(weight: float) -> list[Row]:
    """Read what people corrected, the last word on each ticket, as rows to learn from; erased words are none."""
    last = CategoryCorrection.objects.filter(ticket=OuterRef("ticket")).order_by("-id").values("id")[:1]
    found = (
        CategoryCorrection.objects.filter(id=Subquery(last))
        .exclude(to_reason="")
        .order_by("-id")
        .values_list("ticket_id", "to_category", "to_reason")[:MOST_CORRECTIONS]
    )
    labels = {ticket_id: f"{category}.{reason}" for ticket_id, category, reason in found}
    words = {one.ticket_id: one.text for one in first_words(list(labels))}
    return [
        Row(words[ticket_id], label, f"ticket {ticket_id}", weight)
        for ticket_id, label in labels.items()
        if words.get(ticket_id) and label in REASONS
    ]


def first_words(ticket_ids: Sequence[int]) -> list[Waiting]:
    """Read the customer's first words in each ticket, after its subject where that says something else."""
    words: dict[int, str] = {}
    said = Message.objects.filter(ticket_id__in=ticket_ids, kind__in=("inbound", "call")).exclude(text="")
    for ticket_id, subject, text in said.order_by("ticket_id", "id").values_list(
        "ticket_id", "ticket__subject", "text"
    ):
        if ticket_id not in words:
            head = "" if subject and text.startswith(subject[:20]) else subject
            words[ticket_id] = f"{head}\n{text}".strip()[:LONGEST_TEXT]
    return [Waiting(ticket_id, words[ticket_id]) for ticket_id in ticket_ids if words.get(ticket_id)]


def unsorted_tickets(most: int) -> list[int]:
    """List tickets of which the model has said nothing yet and nobody said what they are about, newest first."""
    rows = Ticket.objects.filter(verdict__isnull=True, category="").exclude(state="closed").order_by("-id")
    return list(rows.values_list("id", flat=True)[:most])


def judge_tickets(ticket_ids: Sequence[int]) -> tuple[int, dict[int, Verdict], dict[int, str]]:
    """Ask the version in use about tickets. Returns its number (0: there is none), verdicts and texts by ticket."""
    version = in_use()
    if version is None:
        return 0, {}, {}
    waiting = first_words(ticket_ids)
    found = learning.verdicts(model_of(version), [one.text for one in waiting])
    return (
        version,
        {one.ticket_id: verdict for one, verdict in zip(waiting, found, strict=True)},
        {one.ticket_id: one.text for one in waiting},
    )


def judge_texts(texts: Sequence[str]) -> list[Verdict]:
    """Ask the version in use about texts; none when there is no version."""
    version = in_use()
    return [] if version is None else learning.verdicts(model_of(version), texts)


def in_use() -> int | None:
    """Name the version in use."""
    return ClassifierVersion.objects.filter(state="in_use").values_list("number", flat=True).first()


def model_of(number: int) -> Model:
    """Read a version's model; a process keeps the one it read last. Raises: NotFound, BrokenModel."""
    row = ClassifierVersion.objects.filter(number=number).values("sha256").first()
    if row is None:
        raise errors.NotFound(key=number)
    sha256 = row["sha256"]
    if sha256 not in _known:
        content = ClassifierVersion.objects.values_list("content", flat=True).get(number=number)
        model = stored.opened(bytes(content), sha256)
        _known.clear()
        _known[sha256] = model
    return _known[sha256]


def classifier_versions() -> list[VersionView]:
    """List the versions, newest first."""
    rows = ClassifierVersion.objects.order_by("-number").values(*VersionView.__struct_fields__)
    return [VersionView(**row) for row in rows]


def verdict_on(ticket_id: int) -> VerdictView | None:
    """Read what the model said of a ticket."""
    row = TicketVerdict.objects.select_related("version").defer("version__content").filter(ticket_id=ticket_id).first()
    if row is None:
        return None
    return VerdictView(
        version=row.version.number,
        category=row.category,
        sub_reason=row.sub_reason,
        probability=row.probability,
        reason_probability=row.reason_probability,
        alone=row.alone,
        others=[(label, share) for label, share in row.others],
        at=row.at,
    )


def corrections_since(at: datetime | None) -> int:
    """Count what people corrected since."""
    rows = CategoryCorrection.objects.filter(Q() if at is None else Q(at__gt=at))
    return rows.values("ticket").distinct().count()


def latest_version_at() -> datetime | None:
    """Tell when the last version was made, whether it was taken or not."""
    return ClassifierVersion.objects.order_by("-number").values_list("made_at", flat=True).first()


def category_names(language: str) -> dict[str, str]:
    """Name every category and reason (`category.reason`) in a language: zh-hans, zh-hant, else English."""
    field = {"zh-hans": "zh_hans", "zh-hant": "zh_hant"}.get(language.lower(), "en")
    names = {code: str(getattr(one, field)) for code, one in CATEGORIES.items()}
    return names | {key: str(getattr(one, field)) for key, one in REASONS.items()}

"""From the seed and from corrections to rows, to a model, and to what it says of the rows kept back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from steward.modules.desk.rules.classifying import stored
from steward.modules.desk.rules.classifying.deciding import KeptRow, Verdict, verdict_of
from steward.modules.desk.rules.classifying.model import Model, Row, Settings, fold_of, judged, train
from steward.modules.desk.rules.classifying.phrases import Phrase, forms

TENTHS = 10
AT_ONCE = 512


class Effort(Struct, frozen=True, kw_only=True):
    """How much is put into learning: forms of a phrase, how the model is fitted, what a correction counts."""

    forms: int = 4
    seed: int = 1
    correction_weight: float = 5.0
    fitting: Settings = Settings(rounds=40)


def rows_of(phrases: Iterable[Phrase], effort: Effort) -> list[Row]:
    """Write phrases out; the forms of one phrase share its weight and are never parted."""
    rows = []
    for phrase in phrases:
        written = forms(phrase, most=effort.forms, seed=effort.seed)
        rows += [Row(text, phrase.key, phrase.text, 1.0 / len(written)) for text in written]
    return rows


def parted(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Part rows to learn from and rows kept back: a tenth, the same ones for every version, by their words."""
    learnt: list[Row] = []
    kept: list[Row] = []
    for row in rows:
        (kept if fold_of(f"kept:{row.group}", TENTHS) == 0 else learnt).append(row)
    return learnt, kept


def learn(rows: Sequence[Row], effort: Effort) -> Model:
    """Fit a model on the rows to learn from."""
    return train(rows, settings=effort.fitting)


def verdicts(model: Model, texts: Sequence[str]) -> list[Verdict]:
    """Say what a model makes of texts, in batches."""
    found = []
    for start in range(0, len(texts), AT_ONCE):
        for shares in judged(model, texts[start : start + AT_ONCE]).tolist():
            found.append(verdict_of(dict(zip(model.labels, shares, strict=True))))
    return found


def learnt_and_tested(learnt: Sequence[Row], kept: Sequence[Row], effort: Effort) -> tuple[bytes, str, list[KeptRow]]:
    """Fit a model and ask it about the rows kept back: its bytes, their SHA-256, what it said. Takes a minute."""
    model = learn(learnt, effort)
    content, sha256 = stored.sealed(model)
    return content, sha256, tested(model, kept)


def tested(model: Model, kept: Sequence[Row]) -> list[KeptRow]:
    """Ask a model about rows kept back: their categories and what it says."""
    said = verdicts(model, [row.text for row in kept])
    return [
        KeptRow(row.label.partition(".")[0], verdict.category, verdict.probability)
        for row, verdict in zip(kept, said, strict=True)
    ]

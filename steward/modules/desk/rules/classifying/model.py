"""A linear model over words and pieces of words: softmax regression, fitted by L-BFGS, probabilities by temperature.

numpy and scipy are imported where they are used: only workers train and judge, and a web process never loads them.
Nothing here is random, so the same rows make the same model.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from steward.modules.desk.rules.classifying.texts import features

SELDOM = 2


class Row(Struct, frozen=True):
    """One text to learn from: its label, how much it counts, and the group of rows that must not be parted."""

    text: str
    label: str
    group: str
    weight: float = 1.0


class Settings(Struct, frozen=True, kw_only=True):
    """How it is fitted. `penalty` holds weights small, `rounds` bounds it, `folds` are kept back by turns."""

    penalty: float = 3.0
    rounds: int = 60
    folds: int = 3


class Model(Struct, kw_only=True):
    """What was learnt: labels, vocabulary, how telling each part is, weights (parts × labels), bias, temperature."""

    labels: list[str]
    vocabulary: dict[str, int]
    idf: Any
    weights: Any
    bias: Any
    temperature: float = 1.0


def matrix(parts: Sequence[Sequence[str]], vocabulary: dict[str, int], idf: Any) -> Any:
    """Turn texts, taken apart, into a sparse matrix of unit rows."""
    import numpy
    from scipy import sparse

    found = [[vocabulary[part] for part in one if part in vocabulary] for one in parts]
    columns = numpy.fromiter((column for row in found for column in row), dtype=numpy.int32)
    ends = numpy.cumsum([0, *(len(row) for row in found)])
    values = idf[columns]
    squares = numpy.add.reduceat(numpy.append(values**2, 0.0), ends[:-1]) if len(found) else values
    lengths = numpy.sqrt(numpy.where(numpy.diff(ends) > 0, squares, 1.0))
    values = values / numpy.repeat(lengths, numpy.diff(ends))
    return sparse.csr_matrix((values.astype(numpy.float32), columns, ends), shape=(len(found), len(vocabulary)))


def learnt_vocabulary(parts: Sequence[Sequence[str]]) -> tuple[dict[str, int], Any]:
    """Choose the parts that occur at least twice, and weigh each by how few texts have it."""
    import numpy

    counts = Counter(part for one in parts for part in one)
    kept = sorted(part for part, count in counts.items() if count >= SELDOM)
    idf = numpy.log((1.0 + len(parts)) / (1.0 + numpy.array([counts[part] for part in kept]))) + 1.0
    return {part: at for at, part in enumerate(kept)}, idf


def _softmax(scores: Any) -> Any:
    import numpy

    powers = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _fitted(x: Any, y: Any, weight: Any, classes: int, settings: Settings) -> tuple[Any, Any]:
    import numpy
    from scipy import optimize

    parts = x.shape[1]
    turned = x.T.tocsr()
    rows = numpy.arange(len(y))
    total = weight.sum()

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat[: parts * classes].reshape(parts, classes).astype(numpy.float32)
        bias = flat[parts * classes :]
        shares = _softmax(x @ weights + bias)
        cost = -(weight * numpy.log(shares[rows, y] + 1e-12)).sum() / total
        shares[rows, y] -= 1.0
        error = (shares * weight[:, None] / total).astype(numpy.float32)
        strength = settings.penalty / total
        slope = turned @ error + strength * weights
        return float(cost + 0.5 * strength * (weights**2).sum()), numpy.concatenate(
            [slope.ravel().astype(float), error.sum(axis=0)]
        )

    start = numpy.zeros(parts * classes + classes)
    bounds = {"maxiter": settings.rounds, "maxcor": 6}
    best = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options=bounds)
    return best.x[: parts * classes].reshape(parts, classes).astype(numpy.float32), best.x[parts * classes :]


def _trained(rows: Sequence[Row], parts: Sequence[Sequence[str]], labels: list[str], settings: Settings) -> Model:
    import numpy

    vocabulary, idf = learnt_vocabulary(parts)
    at = {label: place for place, label in enumerate(labels)}
    y = numpy.array([at[row.label] for row in rows])
    weight = numpy.array([row.weight for row in rows])
    weights, bias = _fitted(matrix(parts, vocabulary, idf), y, weight, len(labels), settings)
    return Model(labels=labels, vocabulary=vocabulary, idf=idf, weights=weights, bias=bias)


def scores(model: Model, parts: Sequence[Sequence[str]]) -> Any:
    """Compute the score of every label for texts taken apart."""
    return matrix(parts, model.vocabulary, model.idf) @ model.weights + model.bias


def judged(model: Model, texts: Sequence[str]) -> Any:
    """Compute the probability of every label for every text: an array of texts × labels."""
    return _softmax(scores(model, [features(text) for text in texts]) / model.temperature)


def fold_of(group: str, folds: int) -> int:
    """Say in which fold a group of rows is kept back; by its words alone, so it is the same every time."""
    return zlib.crc32(group.encode()) % folds


def _temperature(raw: Any, y: Any, of_category: Any) -> float:
    """Find the temperature at which the category's probability is likeliest on what was kept back."""
    import numpy
    from scipy import optimize

    rows = numpy.arange(len(y))
    mine = of_category[y]

    def cost(log_temperature: float) -> float:
        shares = _softmax(raw / numpy.exp(log_temperature)) @ mine_matrix
        return float(-numpy.log(shares[rows, mine] + 1e-12).mean())

    mine_matrix = numpy.eye(int(of_category.max()) + 1)[of_category]
    found = optimize.minimize_scalar(cost, bounds=(-4.0, 2.0), method="bounded", options={"xatol": 0.01})
    return float(numpy.exp(found.x))


def train(rows: Sequence[Row], *, settings: Settings) -> Model:
    """Learn from rows; the temperature is found on folds that were kept back by turns.

    Raises: ValueError when there are fewer than two labels.
    """
    import numpy

    labels = sorted({row.label for row in rows})
    if len(labels) < 2:
        raise ValueError("a classifier needs rows of two labels at least")
    parts = [features(row.text) for row in rows]
    folds = [fold_of(row.group, settings.folds) for row in rows]
    categories = sorted({label.partition(".")[0] for label in labels})
    of_category = numpy.array([categories.index(label.partition(".")[0]) for label in labels])
    raw, y = [], []
    for fold in range(settings.folds):
        inside = [at for at, mine in enumerate(folds) if mine != fold]
        outside = [at for at, mine in enumerate(folds) if mine == fold]
        part = _trained([rows[i] for i in inside], [parts[i] for i in inside], labels, settings)
        raw.append(scores(part, [parts[i] for i in outside]))
        y += [labels.index(rows[i].label) for i in outside]
    model = _trained(rows, parts, labels, settings)
    model.temperature = _temperature(numpy.concatenate(raw), numpy.array(y), of_category)
    return model

"""A model as bytes and back: arrays and JSON only, so that reading one can run no code, and whole by its hash."""

from __future__ import annotations

import hashlib
import io
import json

from steward.modules.desk.rules.classifying.model import Model

FORMAT = 1


class BrokenModel(Exception):
    """Refuse bytes that are not what was stored."""


def sealed(model: Model) -> tuple[bytes, str]:
    """Write a model down; returns its bytes and their SHA-256."""
    import numpy

    about = {"format": FORMAT, "labels": model.labels, "temperature": model.temperature}
    words = json.dumps([about, list(model.vocabulary)], ensure_ascii=False).encode()
    buffer = io.BytesIO()
    numpy.savez_compressed(
        buffer,
        words=numpy.frombuffer(words, dtype=numpy.uint8),
        idf=model.idf.astype(numpy.float32),
        weights=model.weights.astype(numpy.float16),
        bias=model.bias.astype(numpy.float32),
    )
    content = buffer.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def opened(content: bytes, sha256: str) -> Model:
    """Read a model. Raises: BrokenModel when the bytes are others than those stored, or of another format."""
    import numpy

    if hashlib.sha256(content).hexdigest() != sha256:
        raise BrokenModel("the stored classifier is not what was written")
    with numpy.load(io.BytesIO(content), allow_pickle=False) as arrays:
        about, parts = json.loads(arrays["words"].tobytes())
        if about["format"] != FORMAT:
            raise BrokenModel(f"format {about['format']} of a classifier is not known")
        return Model(
            labels=about["labels"],
            vocabulary={part: at for at, part in enumerate(parts)},
            idf=arrays["idf"],
            weights=arrays["weights"].astype(numpy.float32),
            bias=arrays["bias"],
            temperature=about["temperature"],
        )

"""What the modules above must offer, since a clock knows no more of its subject than a kind and an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class SubjectNames(Protocol):
    """Tell what people call subjects, e.g. the order's number; bound as `deadlines.names.<subject kind>`."""

    def __call__(self, subject_ids: Sequence[int]) -> Mapping[int, str]:
        """Return the name of each; who is not found is left out."""
        ...

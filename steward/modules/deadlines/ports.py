"""What the modules above must offer, since a clock knows no more of its subject than a kind and an id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol


class SubjectNames(Protocol):
    """Tell what people call subjects, e.g. the order's number; bound as `deadlines.names.<subject kind>`."""

    def __call__(self, subject_ids: Sequence[int]) -> Mapping[int, str]:
        """Return the name of each; who is not found is left out."""
        ...


class Able(NamedTuple):
    """Who may work on a subject: those of the role that is asked, and everybody who may at all."""

    in_role: Collection[int]
    allowed: Collection[int]


class Takers(Protocol):
    """Tell who may take subjects over; bound as `deadlines.takers.<subject kind>` by modules that hear “reassign”."""

    def __call__(self, asked: Sequence[tuple[int, str, str]]) -> Mapping[tuple[int, str], Able]:
        """Return, for each (subject, clock kind, role), who is able to take it; what has ended is left out."""
        ...

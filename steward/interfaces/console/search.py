"""Search over everything: each area gives a provider, the page and the palette show their hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from steward.kernel.actor import Actor

LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    title: str
    note: str
    url: str
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Provider:
    """What can be searched: who may, what the group is called, how to find."""

    permission: str
    label: Any
    find: Callable[[Actor, str], list[Hit]]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one provider."""

    label: Any
    hits: list[Hit]


PROVIDERS: tuple[Provider, ...] = ()


def find(actor: Actor, text: str, providers: Iterable[Provider] = PROVIDERS) -> list[Group]:
    """Ask every provider the actor may ask; groups without a hit are left out."""
    text = " ".join(text.split())[:LONGEST_TEXT]
    if not text:
        return []
    groups = (Group(each.label, each.find(actor, text)) for each in providers if actor.may(each.permission))
    return [group for group in groups if group.hits]

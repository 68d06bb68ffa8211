"""The page of consequences: which handler hears which event, and which connector serves which port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steward.kernel.events import Event

SUBSCRIPTIONS: dict[type[Event], list[Callable[..., Any]]] = {}

"""Lay a held order out with what it shares with others: itself in the middle, what is shared around it, then orders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

INNER, OUTER = 105.0, 215.0
MOST = 24
FULL_TURN = 2 * math.pi


class Node(Struct, frozen=True):
    """One dot: an order or a shared thing. Units: places in a field whose middle is 0, 0."""

    kind: str
    key: str
    x: float
    y: float


class Edge(Struct, frozen=True):
    """A line between two dots."""

    x1: float
    y1: float
    x2: float
    y2: float


class Graph(Struct, frozen=True):
    """The whole picture; `left_out` says how many orders found no room."""

    nodes: list[Node]
    edges: list[Edge]
    left_out: int


def drawn(shared: Mapping[str, Sequence[int]]) -> Graph:
    """Place the order, the things it shares (by kind) and the orders it shares them with.

    Each order stands at the mean direction of what it shares, so that a ring of one device shows as a bunch.
    """
    kinds = [kind for kind, orders in shared.items() if orders]
    orders = list(dict.fromkeys(order for kind in kinds for order in shared[kind]))
    shown = orders[:MOST]
    places = {kind: FULL_TURN * place / max(len(kinds), 1) - math.pi / 2 for place, kind in enumerate(kinds)}
    pulls = {order: _mean([places[kind] for kind in kinds if order in shared[kind]]) for order in shown}
    turns = _spread(pulls)
    nodes = [Node("self", "", 0.0, 0.0)]
    nodes += [Node("signal", kind, *_at(INNER, places[kind])) for kind in kinds]
    nodes += [Node("order", str(order), *_at(OUTER, turns[order])) for order in shown]
    by_key = {(node.kind, node.key): node for node in nodes}
    edges = [_edge(nodes[0], by_key["signal", kind]) for kind in kinds]
    edges += [
        _edge(by_key["signal", kind], by_key["order", str(order)])
        for kind in kinds
        for order in shared[kind]
        if order in turns
    ]
    return Graph(nodes, edges, len(orders) - len(shown))


def _mean(angles: Sequence[float]) -> float:
    return math.atan2(sum(math.sin(a) for a in angles), sum(math.cos(a) for a in angles))


def _spread(pulls: Mapping[int, float]) -> dict[int, float]:
    """Give every order its own direction, evenly around, in the order of where they are pulled."""
    ranked = sorted(pulls, key=lambda order: (pulls[order] % FULL_TURN, order))
    if not ranked:
        return {}
    step = FULL_TURN / max(len(ranked), 8)
    first = pulls[ranked[0]] if len(ranked) == 1 else _mean(list(pulls.values())) - step * (len(ranked) - 1) / 2
    return {order: first + place * step for place, order in enumerate(ranked)}


def _at(radius: float, turn: float) -> tuple[float, float]:
    return round(radius * math.cos(turn), 1), round(radius * math.sin(turn), 1)


def _edge(one: Node, other: Node) -> Edge:
    return Edge(one.x, one.y, other.x, other.y)

"""Hold what a text can mean so far, a scope of divisions, and narrow it by what is named next."""

import msgspec

from steward.modules.customers.rules.divisions import DISTRICT, Codes

Scope = tuple[str, ...] | None  # None: all of China


class Reading(msgspec.Struct):
    """Hold what a text said so far: the divisions it can mean, and how it was said."""

    scope: Scope = None
    end: int = 0
    named: dict[int, str] = {}  # level → the words that named it
    repeated: list[str] = []
    restart: int = -1  # where the first repeated part stands: a second address may begin there
    old_name: str = ""
    conflict: str = ""  # words that name a division outside the scope
    conflict_codes: Codes = ()
    strayed_town: str = ""  # a town that lies in another district
    strayed_codes: Codes = ()
    is_by_stem: bool = False
    is_by_zone: bool = False
    is_found_inside: bool = False


def narrow(scope: Scope, codes: Codes) -> Codes:
    """Compute the divisions that are both inside the scope and inside (or above) one of the codes."""
    if scope is None:
        return codes
    if len(scope) == 1:  # nearly always, and worth the speed
        held = scope[0]
        inside = tuple([code for code in codes if code.startswith(held)])
        return inside or (scope if any(held.startswith(code) for code in codes) else ())
    found: list[str] = []
    for code in codes:
        for held in scope:
            keep = code if code.startswith(held) else held if held.startswith(code) else ""
            if keep and keep not in found:
                found.append(keep)
    return tuple(found)


def without_refinements(codes: Codes) -> Codes:
    """Drop what lies inside another candidate: the shorter reading holds both (吉林 is a province and its city)."""
    if len(codes) < 2:
        return codes
    return tuple(c for c in codes if not any(o != c and c.startswith(o) for o in codes))


def upper_first(codes: Codes) -> Codes:
    """Prefer what is at least a district where towns elsewhere bear the same name (东城区, 滨海新区)."""
    if len(codes) < 2:
        return codes
    return tuple(c for c in codes if len(c) <= DISTRICT) or codes


def level_of(scope: Scope) -> int:
    """State the level all candidates have reached; 0 for none."""
    return min(map(len, scope)) if scope else 0


def district_codes(scope: Scope) -> Codes:
    """List the districts a scope comes down to; empty while one candidate is wider than a district."""
    if not scope or level_of(scope) < DISTRICT:
        return ()
    return tuple(dict.fromkeys(code[:DISTRICT] for code in scope))

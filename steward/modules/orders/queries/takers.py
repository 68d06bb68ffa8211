"""Who may take over what was not done in time: orders, exceptions, and checks of entries by another person.

These serve the ports `deadlines.takers.<subject kind>`. Whoever entered or mended an order may neither audit nor
release it (ORD-3), so it never becomes theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from steward.modules.approvals import queries as approvals
from steward.modules.deadlines.ports import Able
from steward.modules.orders.models import ExceptionCase, Order
from steward.modules.people import queries as people

Asked = Sequence[tuple[int, str, str]]
OPEN = ("open", "in_work")
# What somebody has to be allowed to do for the limit to be met, and whether four eyes are asked for.
WORK_OF: Mapping[str, tuple[str, bool]] = {
    "order_mend": ("orders.mend", False),
    "order_audit": ("orders.audit", True),
    "order_screening": ("orders.screen", True),
}
OTHER_WORK = ("orders.view", False)
OF_BUYERS = ("order_payment", "payment_reminder")
PERSON = "person:"


class _Rights:
    """Who holds which role and permission; each is asked once."""

    def __init__(self) -> None:
        self._roles: dict[str, frozenset[int]] = {}
        self._permissions: dict[str, frozenset[int]] = {}

    def able(self, role: str, permission: str, *, without: Collection[str] = ()) -> Able:
        """Tell who of a role may do something, and who else may."""
        if role not in self._roles:
            self._roles[role] = frozenset(people.staff_with_role(role))
        if permission not in self._permissions:
            self._permissions[permission] = frozenset(people.staff_with_permission(permission))
        allowed = self._permissions[permission] - _staff_ids(without)
        return Able(sorted(self._roles[role] & allowed), sorted(allowed))


def _staff_ids(actors: Collection[str]) -> set[int]:
    return {int(one.removeprefix(PERSON)) for one in actors if one.startswith(PERSON)}


def order_takers(asked: Asked) -> dict[tuple[int, str], Able]:
    """Tell who may take over orders, by the limit that was missed; one that waits for its buyer is nobody's."""
    wanted = [one for one in asked if one[1] not in OF_BUYERS]
    rows = Order.objects.filter(id__in=[order_id for order_id, _kind, _role in wanted])
    hands = {id_: (by, *mended) for id_, by, mended in rows.values_list("id", "entered_by", "mended_by")}
    behind = people.persons_behind(chain.from_iterable(hands.values()))
    rights, found = _Rights(), {}
    for order_id, kind, role in wanted:
        if order_id in hands:
            permission, is_four_eyes = WORK_OF.get(kind, OTHER_WORK)
            without = [behind[by] for by in hands[order_id]] if is_four_eyes else ()
            found[order_id, kind] = rights.able(role, permission, without=without)
    return found


def exception_takers(asked: Asked) -> dict[tuple[int, str], Able]:
    """Tell who may take over exceptions that are still open."""
    ids = [exception_id for exception_id, _kind, _role in asked]
    still_open = set(ExceptionCase.objects.filter(id__in=ids, state__in=OPEN).values_list("id", flat=True))
    rights = _Rights()
    return {(id_, kind): rights.able(role, "orders.exceptions") for id_, kind, role in asked if id_ in still_open}


def approval_takers(asked: Asked) -> dict[tuple[int, str], Able]:
    """Tell who may decide what was asked for: nobody who had a hand in it."""
    views = approvals.approvals_by_id({approval_id for approval_id, _kind, _role in asked})
    deciders: dict[str, frozenset[int]] = {}
    rights, found = _Rights(), {}
    for approval_id, kind, role in asked:
        view = views.get(approval_id)
        if view is None or view.state != "open":
            continue
        if view.role not in deciders:
            deciders[view.role] = frozenset(approvals.deciders_of_role(view.role))
        who = rights.able(view.role or role, approvals.PERMISSION, without=[view.asked_by, *view.involved])
        decided = {id_ for one in view.decisions for id_ in _staff_ids([one.decided_by, one.for_person])}
        able = deciders[view.role] - decided
        found[approval_id, kind] = Able(
            [id_ for id_ in who.in_role if id_ in able], [id_ for id_ in who.allowed if id_ in able]
        )
    return found

"""Save what one wants to see of the inbox as a view, share it, put it in order, open with it (DSK-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct, to_builtins

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.events import ViewRemoved, ViewSaved
from steward.modules.desk.models import SavedView, ViewPlace
from steward.modules.desk.queries import words
from steward.modules.desk.queries.conditions import teams_of
from steward.modules.desk.queries.views import get_view, views_of
from steward.modules.desk.rules import views as rules
from steward.modules.desk.rules.categories import CATEGORIES
from steward.modules.people import queries as people

NEEDS = "tickets.view"
SHARES = "tickets.manage"
MOST_VIEWS = 50
LANGUAGES = ("zh", "en")
WHY = {
    "needed": _("Give it a name."),
    "too_long": _("This is too long."),
    "unknown": _("This is not one of the choices."),
    "unfit": _("This value is empty or too long."),
    "too_many": _("These are too many values."),
    "out_of_range": _("Give a number of days between 1 and 730."),
    "nothing_to_search": _("There is nothing to search for in this text: give two characters or a word."),
    "needs_since": _("Ended tickets are many: say since when, 92 days at most."),
    "ended_have_no_due": _(
        "Ended tickets have no limit that is due: sort by the newest word or by when they were opened."
    ),
}


class NotAPerson(errors.Refusal):
    """Refuse views to whoever is no person: nobody would see them."""

    code = "not_a_person"
    status = 409
    message = _("Views belong to people. Sign in as one.")


class TooManyViews(errors.Refusal):
    """Refuse more views than a list can hold."""

    code = "too_many_views"
    status = 409
    message = _("You have %(count)s views already. Remove one first.")


class ViewDraft(Struct, frozen=True, kw_only=True):
    """What a view is to be. `shared`: empty for oneself, team (one's own, or `team`) or all."""

    name: str
    conditions: rules.Conditions
    sort: str = "due"
    columns: tuple[str, ...] = ()
    shared: str = ""
    team: str = ""


@command(needs=NEEDS)
def save_view(actor: Actor, *, draft: ViewDraft, now: datetime, view_id: int | None = None) -> int:
    """Save a view, a new one or one that is there: one's own, or a shared one for who may manage. Returns its id.

    Raises: BadInput, NotAPerson, NotFound, NotPermitted, TooManyViews. Emits: ViewSaved.
    """
    staff_id = _person(actor)
    row = _changeable(actor, staff_id, view_id) if view_id is not None else SavedView(owner_id=staff_id, version=0)
    if draft.shared:
        actor.require(SHARES)
    team = (draft.team or next(iter(teams_of(staff_id)), "")) if draft.shared == "team" else ""
    _check(draft, team)
    if view_id is None and (count := SavedView.objects.filter(owner_id=staff_id).count()) >= MOST_VIEWS:
        raise TooManyViews(count=count)
    row.name, row.shared, row.team = draft.name.strip(), draft.shared, team
    row.conditions = to_builtins(draft.conditions)
    row.sort, row.columns = draft.sort, list(dict.fromkeys(draft.columns))
    row.version += 1
    row.changed_by, row.changed_at = actor.id, now
    row.save()
    events.record(actor, [ViewSaved(ticket_view_id=row.id, version=row.version, shared=row.shared)])
    return row.id


def _check(draft: ViewDraft, team: str) -> None:
    teams = [one.code for one in people.teams()]
    known = {
        "channels": tuple(words.CHANNELS),
        "categories": tuple(CATEGORIES),
        "languages": LANGUAGES,
        "teams": teams,
    }
    found = rules.faults(draft.name.strip(), draft.conditions, draft.sort, draft.columns, known)
    if draft.shared not in rules.SHARED or (draft.shared == "team" and team not in teams):
        found.append(("shared", "unknown"))
    if found:
        raise errors.BadInput([{"field": field, "code": code, "message": str(WHY[code])} for field, code in found])


def _person(actor: Actor) -> int:
    if actor.staff_id is None:
        raise NotAPerson
    return actor.staff_id


def _changeable(actor: Actor, staff_id: int, view_id: int) -> SavedView:
    """Lock a view that somebody may change. Raises: NotFound, NotPermitted."""
    get_view(view_id, staff_id)
    row = SavedView.objects.select_for_update().filter(id=view_id).first()
    if row is None:
        raise errors.NotFound(key=view_id)
    if row.owner_id != staff_id:
        actor.require(SHARES)
    return row


@command(needs=NEEDS)
def remove_view(actor: Actor, *, view_id: int) -> None:
    """Remove a view, for everybody it was shared with.

    Raises: NotAPerson, NotFound, NotPermitted. Emits: ViewRemoved.
    """
    row = _changeable(actor, _person(actor), view_id)
    removed = ViewRemoved(ticket_view_id=row.id, shared=row.shared)
    row.delete()
    events.record(actor, [removed])


@command(needs=NEEDS)
def arrange_views(actor: Actor, *, view_ids: Sequence[int]) -> None:
    """Put the views one sees in an order of one's own; those not named follow as they were. Raises: NotAPerson."""
    staff_id = _person(actor)
    present = [view.id for view in views_of(staff_id)]
    wanted = [id_ for id_ in dict.fromkeys(view_ids) if id_ in present]
    order = [*wanted, *(id_ for id_ in present if id_ not in wanted)]
    ViewPlace.objects.bulk_create(
        [ViewPlace(staff_id=staff_id, view_id=id_, position=place) for place, id_ in enumerate(order)],
        update_conflicts=True,
        unique_fields=["staff_id", "view"],
        update_fields=["position"],
    )


@command(needs=NEEDS)
def lay_out_views(actor: Actor, *, view_ids: Sequence[int], default_id: int | None) -> None:
    """Put one's views in order and say which the inbox opens with: both, or nothing. Raises: NotAPerson, NotFound."""
    arrange_views(actor, view_ids=view_ids)
    open_with_view(actor, view_id=default_id)


@command(needs=NEEDS)
def open_with_view(actor: Actor, *, view_id: int | None) -> None:
    """Let one's inbox open with a view, or with none. Raises: NotAPerson, NotFound."""
    staff_id = _person(actor)
    places = [view.id for view in views_of(staff_id)]
    if view_id is not None and view_id not in places:
        raise errors.NotFound(key=view_id)
    ViewPlace.objects.filter(staff_id=staff_id, is_default=True).update(is_default=False)
    if view_id is not None:
        ViewPlace.objects.update_or_create(
            staff_id=staff_id,
            view_id=view_id,
            defaults={"is_default": True},
            create_defaults={"is_default": True, "position": places.index(view_id)},
        )

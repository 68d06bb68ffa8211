"""Choose how Steward looks and speaks."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import rules
from steward.modules.people.events import PreferencesSet
from steward.modules.people.models import Staff


class UnknownPreference(errors.Refusal):
    """Refuse a language, look or time zone that does not exist."""

    code = "unknown_preference"
    status = 422
    message = _("“%(value)s” cannot be chosen here.")


@command(needs=rules.OWN_ACCOUNT)
def set_preferences(
    actor: Actor,
    *,
    locale: str | None = None,
    theme: str | None = None,
    time_zone: str | None = None,
    notify_email: str | None = None,
) -> None:
    """Set the acting person's own language, look, time zone and which notices they get by e-mail too.

    What is not named stays.

    Raises: UnknownPreference, NotFound. Emits: PreferencesSet, when something changed.
    """
    choices = (
        ("locale", locale, rules.LOCALES),
        ("theme", theme, rules.THEMES),
        ("notify", notify_email, rules.NOTIFY_EMAIL),
    )
    for _name, value, allowed in choices:
        if value is not None and value not in allowed:
            raise UnknownPreference(value=value)
    if time_zone is not None and time_zone not in available_timezones():
        raise UnknownPreference(value=time_zone)
    staff = Staff.objects.select_for_update().filter(id=actor.staff_id or 0).first()
    if staff is None:
        raise errors.NotFound(key=actor.id)
    wanted = {"locale": locale, "theme": theme, "time_zone": time_zone, "notify_email": notify_email}
    after = {name: value for name, value in wanted.items() if value is not None and value != getattr(staff, name)}
    if not after:
        return
    before = {name: str(getattr(staff, name)) for name in after}
    Staff.objects.filter(id=staff.id).update(**after)
    events.record(actor, [PreferencesSet(staff_id=staff.id, before=before, after=after)])

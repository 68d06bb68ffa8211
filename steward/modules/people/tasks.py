"""What time makes of calendars."""

from __future__ import annotations

from procrastinate.contrib.django import app

from steward.kernel import actor, jobs, moment
from steward.modules.people import commands
from steward.modules.people.commands import appointments


@app.periodic(cron="17 3 * * *")
@app.task(name="people.extend_calendars", queue="periodic", queueing_lock="people.extend_calendars", retry=jobs.RETRY)
def extend_calendars(timestamp: int) -> None:
    """Take in the holidays of a year that came near; a second run the same night finds nothing to change."""
    commands.extend_calendars(actor.system("people.calendars"), now=moment.now())


@app.periodic(cron="23 3 1,15 * *")
@app.task(name="people.check_holidays", queue="periodic", queueing_lock="people.check_holidays", retry=jobs.RETRY)
def check_holidays(timestamp: int) -> None:
    """Say twice a month which holidays of this year, or of the next one when it is near, are not known."""
    commands.check_holidays(actor.system("people.calendars"), now=moment.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="people.see_to_visits", queue="periodic", queueing_lock="people.see_to_visits", retry=jobs.RETRY)
def see_to_visits(timestamp: int) -> None:
    """Announce visits to stations a day ahead, and note who did not come; a second run finds nothing."""
    system, now = actor.system("people.stations"), moment.now()
    while appointments.announce_coming(system, now=now) >= appointments.AT_ONCE:
        pass
    while appointments.miss_appointments(system, now=now) >= appointments.AT_ONCE:
        pass

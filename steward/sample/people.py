"""Let the crew of the sample in, and act as one of them."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.backends import ModelBackend

from steward.kernel.actor import Actor, system
from steward.modules.people import commands, queries
from steward.sample import crew

SYSTEM = system("sample")


class Crew:
    """The people of the sample as actors, found by their role; several of one role take turns."""

    def __init__(self) -> None:
        self._by_role: dict[str, list[Actor]] = {}
        self._by_username: dict[str, Actor] = {}
        self._turn = 0
        self._tally: Counter[str] = Counter()

    def let_in(self) -> int:
        """Let everybody in: the administrator first, who then lets the others in. Returns how many.

        Colleagues get no password: nobody signs in as them, and hashing one takes up to half a second.
        """
        *others, administrator = crew.sign_ins()
        self._add(SYSTEM, administrator, crew.PASSWORD)
        for member in others:
            self._add(self.first("administrator"), member, crew.PASSWORD)
        for member in (*crew.colleagues(), *crew.abroad()):
            self._add(self.first("administrator"), member, None)
        return len(self._by_username)

    def _add(self, by: Actor, member: crew.Member, password: str | None) -> None:
        staff_id = commands.create_staff(
            by,
            username=member.username,
            name=member.name,
            password=password,
            role_codes=[member.role],
            email=member.email,
            locale=member.locale,
        )
        user = ModelBackend().get_user(staff_id)
        assert user is not None
        actor = queries.actor_for_staff(user)
        if member.time_zone:
            commands.set_preferences(actor, time_zone=member.time_zone)
        else:
            self._by_role.setdefault(member.role, []).append(actor)
        self._by_username[member.username] = actor

    def first(self, role: str) -> Actor:
        """Return the one of a role a visitor may sign in as."""
        return self._by_role[role][0]

    def all_of(self, role: str) -> list[Actor]:
        """List the people of a role at home, in the order they were let in."""
        return list(self._by_role[role])

    def called(self, username: str) -> Actor:
        """Return one person."""
        return self._by_username[username]

    def someone(self, role: str) -> Actor:
        """Return whose turn it is."""
        self._turn += 1
        people = self._by_role[role]
        return people[self._turn % len(people)]

    def tally(self, what: str) -> int:
        """Count that something happened once more. Returns how often it did: unlike an id, the same in every run."""
        self._tally[what] += 1
        return self._tally[what]

"""The part of the desk bench inside Django: agents who are there, and waiting until all messages are worked.

`python -m bench._desk_taking prepare AGENTS` prints a token, `… wait MESSAGES` returns when each message is a ticket
that is sorted, owned and on the clock.
"""

import json
import sys
import time

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.desk.commands.training import train_classifier  # noqa: E402
from steward.modules.people import commands as people  # noqa: E402
from steward.modules.people import queries as who  # noqa: E402

BENCH = system("bench")
MOST_CASES = 999
PATIENCE_S = 900
LEFT = """
SELECT %(messages)s - count(*)
FROM desk_ticket AS ticket
WHERE owner_id IS NOT NULL
  AND EXISTS (SELECT FROM desk_ticket_verdict AS verdict WHERE verdict.ticket_id = ticket.id)
  AND EXISTS (SELECT FROM deadlines_clock WHERE subject_kind = 'ticket' AND subject_id = ticket.id)
"""


def prepare(agents: int) -> None:
    """Let agents in who have room and are there; print the token of a shop's app."""
    staff = [
        people.create_staff(
            BENCH, username=f"agent{n}", name=f"坐席{n}", password="Zq7-vellum-harbour-91",
            role_codes=["customer_service"],
        )
        for n in range(agents)
    ]  # fmt: skip
    people.save_team(BENCH, code="service", draft=people.TeamDraft(name="客服", minimum_on_duty=0))
    people.set_team_members(BENCH, team_code="service", members=[people.MemberDraft(one) for one in staff])
    for one in staff:
        people.set_abilities(BENCH, staff_id=one, levels={}, capacity=MOST_CASES)
        actor = who.actor_for_staff(get_user_model().objects.get(id=one))
        people.set_presence(actor, said="", minutes=0, now=now())
    train_classifier(BENCH, now=now())  # a house that sorts has a model
    issued = people.issue_token(BENCH, name="bench", permissions=["messaging.hand_in"], staff_id=staff[0])
    print(json.dumps({"token": issued.secret}))


def wait(messages: int) -> None:
    """Wait until nothing is left to do. Raises: RuntimeError when it takes too long."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(LEFT, {"messages": messages})
            left = (cursor.fetchone() or (messages,))[0]
        if left <= 0:
            print(json.dumps({"left": left}))
            return
        time.sleep(0.25)
    raise RuntimeError(f"{left} messages are not worked after {PATIENCE_S} s")


if __name__ == "__main__":
    {"prepare": prepare, "wait": wait}[sys.argv[1]](int(sys.argv[2]))

"""Four eyes hold whoever asks, whatever their role, and in the database as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.kernel.models import Event
from steward.modules.approvals import commands, queries
from steward.modules.approvals.commands import Ask
from tests import make

pytestmark = pytest.mark.django_db


def ask(by: Actor, *, subject_id: int = 7, **facts: Any) -> commands.Asked:
    """Ask for the check of an order's entry, as the command that enters it would."""
    given = {"kind": "order_entry", "amount_minor": 19_900, "currency": "CNY", **facts}
    wanted = Ask(subject_kind="order", subject_id=subject_id, number=f"SO-{subject_id}", **given)
    with transaction.atomic():
        return commands.ask_approvals(by, asks=[wanted], now=make.NOW)[0]


def state_of(approval_id: int) -> str:
    found = queries.approval(approval_id)
    assert found is not None
    return found.state


def test_another_person_with_the_role_grants_what_was_asked() -> None:
    asked = ask(make.clerk_lin())
    assert asked.outcome == "asked"
    assert (
        commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="grant", now=make.NOW) == "granted"
    )
    assert list(Event.objects.filter(kind="approvals.approval_settled").values_list("data__outcome", flat=True)) == [
        "granted"
    ]


def test_nobody_decides_their_own_matter_whatever_their_role() -> None:
    asked = ask(make.administrator())
    with pytest.raises(commands.OwnMatter):
        commands.decide(make.administrator(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)
    assert state_of(asked.approval_id) == "open"


def test_who_had_a_hand_in_it_does_not_decide_it_either() -> None:
    asked = ask(make.clerk_lin(), involved=(make.checker_chen().id,))
    with pytest.raises(commands.OwnMatter):
        commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)


@pytest.mark.parametrize("as_asker", [True, False])
def test_what_a_program_did_is_no_matter_for_who_owns_its_key(as_asker: bool) -> None:
    program = make.program("orders.enter")
    asked = ask(program) if as_asker else ask(make.clerk_lin(), involved=(program.id,))

    with pytest.raises(commands.OwnMatter):
        commands.decide(make.administrator(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)

    view = queries.approval(asked.approval_id)
    assert view is not None
    assert {program.id, make.administrator().id} <= set(view.involved)
    assert queries.may_decide(make.administrator(), view, now=make.NOW) == "own"


def test_the_database_refuses_a_decision_in_ones_own_matter_too() -> None:
    lin = make.clerk_lin()
    asked = ask(lin)
    insert = (
        "INSERT INTO approvals_decision (request_id, hands, decided_by, for_person, verdict, reason, decided_at) "
        "VALUES (%s, %s, %s, %s, 'grant', '', now())"
    )
    for hands, by in ((f"|{lin.id}|", lin.id), ("|person:0|", lin.id)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, [asked.approval_id, hands, by, by])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_wrong_role_is_refused() -> None:
    asked = ask(make.clerk_lin(), kind="refund", amount_minor=60_000)
    with pytest.raises(commands.NotYours):
        commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)


def test_below_the_limit_nobody_has_to_agree() -> None:
    assert ask(make.clerk_lin(), kind="refund", amount_minor=49_999).outcome == "not_needed"


def test_above_the_second_limit_two_people_have_to_agree() -> None:
    asked = ask(make.clerk_lin(), amount_minor=5_000_000)
    first = commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)
    assert first == "open"
    with pytest.raises(commands.AlreadyDecided):
        commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)
    second = commands.decide(make.administrator(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)
    assert second == "granted"


def test_one_refusal_with_its_reason_is_the_end() -> None:
    asked = ask(make.clerk_lin(), amount_minor=5_000_000)
    with pytest.raises(commands.ReasonMissing):
        commands.decide(make.checker_chen(), approval_id=asked.approval_id, verdict="refuse", now=make.NOW)
    chen = make.checker_chen()
    decided = commands.decide(chen, approval_id=asked.approval_id, verdict="refuse", reason="wrong price", now=make.NOW)
    assert decided == "refused"
    with pytest.raises(errors.NotPossible):
        commands.decide(make.administrator(), approval_id=asked.approval_id, verdict="grant", now=make.NOW)


def test_asking_again_while_it_waits_makes_no_second_request() -> None:
    first = ask(make.clerk_lin())
    again = ask(make.clerk_lin())
    assert (again.outcome, again.approval_id) == ("waiting", first.approval_id)


def test_what_nobody_decided_in_time_lapses_once() -> None:
    asked = ask(make.clerk_lin())
    late = make.NOW + timedelta(days=1)
    expire = system("approvals.expire")
    assert commands.expire_due(expire, now=late - timedelta(seconds=1)) == 0
    assert commands.expire_due(expire, now=late) == 1
    assert commands.expire_due(expire, now=late) == 0
    assert state_of(asked.approval_id) == "expired"


def test_each_sees_only_what_they_may_decide() -> None:
    asked = ask(make.clerk_lin())
    mine = {
        name: [one.id for one in queries.approvals_page(make.staff(name), mine_only=True, now=make.NOW)]
        for name in ("lin", "chen", "zhao", "admin")
    }
    assert mine == {"lin": [], "chen": [asked.approval_id], "zhao": [], "admin": [asked.approval_id]}


def test_a_withdrawn_request_can_be_asked_for_anew() -> None:
    first = ask(make.clerk_lin())
    with transaction.atomic():
        commands.withdraw_approvals(
            make.clerk_lin(), kind="order_entry", subject_kind="order", subject_ids=[7], reason="", now=make.NOW
        )
    assert state_of(first.approval_id) == "withdrawn"
    assert ask(make.clerk_lin()).approval_id != first.approval_id


def test_the_deciders_are_told() -> None:
    chen = make.checker_chen()
    ask(make.clerk_lin())
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_id FROM messaging_notice WHERE kind = 'approval'")
        assert (chen.staff_id,) in cursor.fetchall()

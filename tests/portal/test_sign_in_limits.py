"""Guessing codes is bounded in rows, for known and unknown alike; codes wait for nothing and outlive a new key."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.kernel.tasks import hand_over
from steward.modules.customers.commands import sign_in, sign_in_limits
from steward.modules.customers.commands.locking import change_alone
from steward.modules.customers.commands.rights import erase_customer
from steward.modules.customers.models import SignInCode, Visit, WrongCode
from steward.modules.messaging import tasks
from steward.modules.messaging.tests.making import Pigeon, carried_by, customer
from tests import make
from tests.portal.signed import MEI
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db
STRANGER = "13900000000"
BACKLOG = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
SELECT 'events', 'steward.kernel.tasks.handle_events', '{"handler": "x.y", "event_ids": []}'
FROM generate_series(1, 10000)
"""
FETCH = "SELECT id, task_name, args::text FROM procrastinate_fetch_job_v2(NULL, %s)"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def browser(address: str = "203.0.113.7") -> Client:
    return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)


def guess(who: str, address: str = "203.0.113.7", typed: str = "000000") -> Any:
    """Ask for a code and type one, from scratch: limits of minutes and hours are those of other tests."""
    throttle.tries.clear()
    SignInCode.objects.all().delete()
    client = browser(address)
    client.post("/my/sign-in", {"who": who})
    return client.post("/my/code", {"code": typed})


def limit(name: str, most: int) -> None:
    parameters.set_parameter(make.administrator(), name=name, new=most, reason="a test of limits")


def issued(who: str = MEI) -> tuple[str, str]:
    """Ask for a code by commands; return the browser's key and the code."""
    key = sign_in.ask_code(make.TESTER, typed=who, place="here", language="en", now=moment.now())
    with transaction.atomic():
        found = sign_in.issue_code(SignInCode.objects.latest("id").id, now=moment.now())
    assert found is not None
    return key, found.code


@pytest.mark.parametrize("who", [MEI, STRANGER])
def test_wrong_codes_for_one_phone_are_bounded_by_the_day_known_or_not_wherever_they_are_typed(who: str) -> None:
    customer()
    limit(sign_in_limits.WRONG_OF_IDENTITY.name, 4)

    answers = [guess(who, f"198.51.100.{n}") for n in range(6)]

    assert [one.status_code for one in answers] == [422] * 4 + [429] * 2
    assert "try again then" in answers[-1].content.decode()
    assert 86_000 < int(answers[-1]["Retry-After"]) <= 86_400
    assert guess("13900000001").status_code == 422


def test_the_right_code_opens_nothing_after_too_many_wrong_ones_and_does_a_day_later() -> None:
    customer()
    limit(sign_in_limits.WRONG_OF_IDENTITY.name, 3)
    for _ in range(3):
        guess(MEI)
    key, code = issued()
    enter = partial(sign_in.enter_code, make.TESTER, key=key, typed=code, place="here")

    with pytest.raises(sign_in_limits.TooManyTries):
        enter(now=moment.now())

    WrongCode.objects.update(at=moment.now() - timedelta(hours=24, minutes=1))
    assert enter(now=moment.now()).key


def test_one_house_guesses_no_more_than_it_may_and_counts_by_its_network() -> None:
    limit(sign_in_limits.WRONG_OF_PLACE.name, 3)

    here = [guess(f"1390000000{n}", f"2001:db8:1:2::{n}").status_code for n in range(4)]

    assert here == [422] * 3 + [429]
    assert guess("13900000009", "2001:db8:1:3::1").status_code == 422


def test_codes_asked_for_count_by_the_network_too() -> None:
    limit(sign_in_limits.OF_PLACE.name, 2)

    asked = [browser(f"2001:db8::{n}").post("/my/sign-in", {"who": f"1390000000{n}"}).status_code for n in range(3)]

    assert asked == [302, 302, 429]


def test_a_code_on_its_way_outlives_a_new_master_key_and_none_whose_key_is_gone(settings: Settings) -> None:
    customer()
    keys = dict(settings.MASTER_KEYS)
    held, spare = issued(), issued()
    settings.MASTER_KEYS = keys | {max(keys) + 1: os.urandom(32)}

    assert sign_in.enter_code(make.TESTER, key=held[0], typed=held[1], place="here", now=moment.now()).key
    settings.MASTER_KEYS = {max(keys) + 1: os.urandom(32)}
    assert not sign_in.enter_code(make.TESTER, key=spare[0], typed=spare[1], place="here", now=moment.now()).key


def test_ten_thousand_events_that_wait_delay_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    pigeon = Pigeon()
    carried_by(monkeypatch, sms=pigeon)
    customer()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        cursor.execute(BACKLOG)
        cursor.execute("SELECT * FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]

    browser().post("/my/sign-in", {"who": MEI})
    with connection.cursor() as cursor:
        cursor.execute(FETCH, [worker])
        _id, name, args = cursor.fetchone()
        assert name == "steward.kernel.tasks.handle_events"
        hand_over(**json.loads(args))
        cursor.execute(FETCH, [worker])
        assert cursor.fetchone()[1] == "messaging.send_codes"
    tasks.send_codes()

    assert len(pigeon.carried) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_signs_in_while_they_are_erased_waits_and_finds_the_code_over() -> None:
    reader = customer()
    key, code = issued()
    erase = partial(erase_customer, make.TESTER, customer_id=reader, reason="asked", now=moment.now())

    def enter() -> str:
        try:
            return sign_in.enter_code(make.TESTER, key=key, typed=code, place="here", now=moment.now()).key
        except sign_in.CodeOver:
            return "over"

    assert behind(change_alone, enter, last=erase) == "over"
    assert Visit.objects.count() == 0

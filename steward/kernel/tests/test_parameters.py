"""Business numbers."""

from __future__ import annotations

import pytest
from django.db import connection

from steward.kernel import errors, parameters
from steward.kernel.models import Parameter
from tests import make
from tests.races.crowd import at_once

NAME = "orders.unpaid_hold_s"


@pytest.mark.django_db(transaction=True)
def test_two_who_set_a_number_at_once_are_one_new_version_and_one_told_to_look_again() -> None:
    with connection.cursor() as cursor:  # nobody may pass before both have read which version comes next
        cursor.execute(SLOW)

    answers = at_once(lambda: _set(3_600), lambda: _set(7_200))

    assert sorted(str(answer) for answer in answers) == ["1", "stale"]
    assert Parameter.objects.filter(name=NAME).count() == 1


SLOW = """
CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON kernel_parameter FOR EACH ROW EXECUTE FUNCTION wait_a_moment()
"""


def _set(seconds: int) -> int | str:
    try:
        return parameters.set_parameter(make.TESTER, name=NAME, new=seconds, reason="sale")
    except errors.Stale as refusal:
        return refusal.code


@pytest.mark.parametrize("unfit", [500_000, {"XXQ": 1}, {"CNY": -1}, {"CNY": True}, {"CNY": 1.5}])
def test_an_amount_per_currency_is_a_whole_number_of_a_currency(unfit: object) -> None:
    definition = parameters.Definition("x", {}, unit="", label="x", kind="amounts")

    assert not parameters.is_fit(definition, unfit)
    assert parameters.is_fit(definition, {"CNY": 0, "JPY": 9_000})

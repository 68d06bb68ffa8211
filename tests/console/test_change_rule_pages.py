"""The page of the house's rules of changing orders."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from steward.modules.orders.queries.change_policy import active_change_policy
from tests import make

pytestmark = pytest.mark.django_db
RULE: dict[str, Any] = {
    "version": "1",
    "count": "2",
    "note": "as agreed",
    "code-0": "two_reasons",
    "offered-0": "on",
    "kinds-0": ["cancel"],
    "causes-0": ["customer"],
    "closed_by-0": ["lines"],
    "reasons-0": "no longer needed\nordered by mistake",
    "most-0": "0",
    "code-1": "",
}


def test_a_manager_puts_a_rule_in_force_and_sees_it() -> None:
    page = make.browser("zhao", locale="en")

    answer = page.post(reverse("change_rules"), RULE)

    rule = active_change_policy().rules[0]
    assert answer.status_code == 302
    assert (rule.kinds, rule.causes, rule.closed_by) == (("cancel",), ("customer",), ("lines",))
    assert rule.reasons == ("no longer needed", "ordered by mistake")
    assert "two_reasons" in page.get(reverse("change_rules")).content.decode()


def test_what_does_not_fit_comes_back_as_it_was_typed() -> None:
    page = make.browser("zhao", locale="en")

    answer = page.post(reverse("change_rules"), RULE | {"kinds-0": ["address"]})

    assert answer.status_code == 422
    assert "Causes are for rules about cancelling only." in answer.content.decode()
    assert "two_reasons" in answer.content.decode()
    assert active_change_policy().version == 1


def test_who_may_not_change_the_process_does_not_see_the_rules() -> None:
    assert make.browser("wang").get(reverse("change_rules")).status_code == 403

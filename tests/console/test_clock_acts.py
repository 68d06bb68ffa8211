"""A person lets one time limit wait, lets it run on, and sets when it is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.deadlines import queries
from steward.modules.orders.commands import exceptions
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db
ACT = "/settings/clocks"


def order_to_mend() -> int:
    make.item(stock=5)
    return make.order("A-1", recipient=make.recipient(street="")).order_id or 0


def clock_of(subject_id: int, subject_kind: str = "order") -> queries.ClockView:
    return queries.clocks_of(subject_kind, subject_id)[0]


def form(clock: queries.ClockView, act: str, subject_kind: str = "order", **typed: str) -> dict[str, str]:
    return {
        "subject_kind": subject_kind,
        "subject_id": str(clock.subject_id),
        "kind": clock.kind,
        "act": act,
        "next": "/orders",
    } | typed


def page(client: Client, order_id: int) -> str:
    return client.get(f"/orders/{Order.objects.get(id=order_id).number}").content.decode()


def test_the_page_of_an_order_lets_its_limit_wait_for_the_customer_and_run_on() -> None:
    client = make.browser("chen", locale="en")
    with moment.frozen(make.NOW):
        order_id = order_to_mend()
        assert "Let it wait" in page(client, order_id)
        answer = client.post(ACT, form(clock_of(order_id), "pause", waits_for="waiting_for_customer"))
        assert answer["Location"] == "/orders"
        assert clock_of(order_id).paused_reason == "waiting_for_customer"
        shown = page(client, order_id)
        assert "Let it run on" in shown
        assert "Let it wait" not in shown
    with moment.frozen(make.NOW + timedelta(hours=2)):
        client.post(ACT, form(clock_of(order_id), "resume"))
    assert clock_of(order_id).running_since == make.NOW + timedelta(hours=2)
    assert "whoever it waited for has acted" in page(client, order_id)


def test_a_due_time_from_outside_is_typed_in_ones_own_zone_and_given_back() -> None:
    client = make.browser("chen", locale="en")
    with moment.frozen(make.NOW):
        order_id = order_to_mend()
        before = clock_of(order_id).due_at
        tomorrow = (make.NOW + timedelta(days=1)).strftime("%Y-%m-%d")
        client.post(ACT, form(clock_of(order_id), "due", due=f"{tomorrow}T18:00", reason="The marketplace says so"))
        dated = clock_of(order_id)
        assert (dated.external, f"{dated.due_at:%Y-%m-%dT%H:%M}") == (True, f"{tomorrow}T10:00")
        assert "The marketplace says so" in page(client, order_id)
        client.post(ACT, form(dated, "release", reason="It was closed there"))
    assert (clock_of(order_id).external, clock_of(order_id).due_at) == (False, before)


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("due", {"due": "2020-01-01T10:00", "reason": "late"}),
        ("due", {"due": "soon", "reason": "late"}),
        ("due", {"due": "2026-03-03T10:00", "reason": " "}),
        ("pause", {"waits_for": "waiting_for_godot"}),
        ("resume", {}),
        ("release", {"reason": "never dated"}),
    ],
)
def test_what_cannot_be_is_refused_and_the_limit_stays_as_it_was(act: str, typed: dict[str, str]) -> None:
    client = make.browser("chen", locale="en")
    with moment.frozen(make.NOW):
        order_id = order_to_mend()
        before = clock_of(order_id)
        client.post(ACT, form(before, act, **typed))
    assert clock_of(order_id) == before
    assert queries.histories_of([before.id]) == {}


def test_the_limit_of_an_exception_waits_too() -> None:
    client = make.browser("chen", locale="en")
    with moment.frozen(make.NOW):
        wish = exceptions.record_change_request(
            make.agent_wang(), order_id=order_to_mend(), wish="Another colour", now=make.NOW
        )
        assert "Let it wait" in client.get(f"/exceptions/{wish}").content.decode()
        client.post(ACT, form(clock_of(wish, "exception"), "pause", "exception", waits_for="waiting_for_supplier"))
    assert clock_of(wish, "exception").paused_reason == "waiting_for_supplier"


def test_who_may_not_touch_limits_is_offered_nothing_and_refused() -> None:
    client = make.browser("lin", locale="en")
    with moment.frozen(make.NOW):
        order_id = order_to_mend()
        assert "Let it wait" not in page(client, order_id)
        answer = client.post(ACT, form(clock_of(order_id), "pause", waits_for="waiting_for_customer"))
    assert answer.status_code == 403
    assert clock_of(order_id).paused_reason is None

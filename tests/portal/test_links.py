"""Signed links: what they open, for whom, how long, and what is said when they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.modules.messaging import commands
from steward.modules.messaging.queries import links
from steward.modules.messaging.queries.carried_links import STOP_PATH
from steward.modules.messaging.queries.readers import preference
from steward.modules.orders import queries as orders
from steward.modules.orders.commands.cancel import cancel_order
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def phone(locale: str = "zh-CN") -> Client:
    """Return a customer's browser."""
    return Client(headers={"accept-language": locale})


def order() -> orders.OrderDetail:
    make.item(stock=5)
    return orders.order_detail(orders.order_id(make.order().number))


def address(purpose: str, subject_id: int, *, days: int = 10, path: str = "/p/") -> str:
    """Return the path of a link made now."""
    now = moment.now()
    made = links.portal_link(purpose, subject_id, expires_at=now + timedelta(days=days), now=now, path=path)
    return made[made.index(path) :]


def test_an_order_is_shown_in_one_sentence_without_its_buyer() -> None:
    found = order()

    answer = phone().get(address("order", found.order.id))
    shown = answer.content.decode()

    assert answer.status_code == 200
    assert "我们在等您付款" in shown
    assert found.order.number in shown
    assert not any(part in shown for part in ("梅子", "13812345521", "138", "文三路"))
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [("en-GB", "We are waiting for your payment."), ("zh-TW", "我們在等您付款"), ("fr, en;q=0.5", "We are waiting")],
)
def test_the_phones_language_is_spoken(locale: str, sentence: str) -> None:
    assert sentence in phone(locale).get(address("order", order().order.id)).content.decode()


def test_a_chosen_language_is_kept() -> None:
    where, client = address("order", order().order.id), phone()
    client.post("/language", {"locale": "en", "next": where})

    assert "We are waiting for your payment." in client.get(where).content.decode()


def test_the_story_tells_what_concerns_the_buyer() -> None:
    make.item(stock=5)
    number = make.order(payments=[make.payment()]).number
    make.settle()
    order_id = orders.order_id(number)
    cancel_order(make.manager_zhao(), order_id=order_id, cause="customer", reason="she changed her mind", now=make.NOW)

    shown = phone("en").get(address("order", order_id)).content.decode()

    assert "Your order is cancelled." in shown
    assert "Your payment arrived." in shown
    assert "she changed her mind" not in shown


def test_a_link_opens_nothing_after_its_end() -> None:
    answer = phone("en").get(address("order", order().order.id, days=-1))

    assert answer.status_code == 410
    assert "This link has expired" in answer.content.decode()


def test_a_link_that_was_taken_back_says_that_there_is_a_newer_one() -> None:
    found = order()
    old = address("order", found.order.id)
    with transaction.atomic():
        commands.revoke_links(make.TESTER, purpose="order", subject_id=found.order.id, now=moment.now())
    newer = address("order", found.order.id)

    assert phone("en").get(old).status_code == 410
    assert phone("en").get(newer).status_code == 200


@pytest.mark.parametrize("change", ["cut", "letter", "empty", "rubbish", "long"])
def test_a_link_that_was_changed_says_what_to_do(change: str) -> None:
    whole = address("order", order().order.id)
    changed = {
        "cut": whole[:-6],
        "letter": whole[:10] + ("A" if whole[10] != "A" else "B") + whole[11:],
        "empty": "/p/",
        "rubbish": "/p/%00%ff.{}",
        "long": "/p/" + "a" * 900,
    }[change]

    answer = phone("en").get(changed)

    assert answer.status_code == 404
    assert "copy all of it" in answer.content.decode()


def test_a_link_for_one_purpose_serves_no_other() -> None:
    found = order()

    assert phone().get(address("nothing_yet", found.order.id)).status_code == 404
    assert phone().get(address("preferences", found.order.id, path=STOP_PATH)).status_code == 404


def test_who_guesses_is_slowed_down_and_others_are_not() -> None:
    found = order()
    guesser = phone("en")
    statuses = [guesser.get(f"/p/AAAA{n}.BBBB").status_code for n in range(22)]
    other = Client(REMOTE_ADDR="203.0.113.9")

    assert (statuses[0], statuses[-1]) == (404, 429)
    assert other.get(address("order", found.order.id)).status_code == 200


def test_a_customer_chooses_what_they_hear() -> None:
    customer = order().customer_id or 0
    client = phone("en")
    where = address("preferences", customer)
    assert client.get(where).status_code == 200

    client.post(where, {"wanted": ["order_paid"], "channel": "email", "quiet_from": "20:00", "quiet_to": "10:00"})

    chosen = preference(customer)
    assert "order_paid" not in chosen.opted_out
    assert "order_shipped" in chosen.opted_out
    assert (chosen.channels[0], chosen.quiet_start_min) == ("email", 1200)


def test_one_click_of_an_e_mail_program_stops_one_kind_and_a_look_stops_nothing() -> None:
    customer = order().customer_id or 0
    where = address("stop.order_shipped", customer, path=STOP_PATH)
    program = Client(enforce_csrf_checks=True)

    looked = program.get(where)
    before = preference(customer).opted_out
    posted = program.post(where, {"List-Unsubscribe": "One-Click"})

    assert (looked.status_code, before) == (200, [])
    assert (posted.status_code, preference(customer).opted_out) == (200, ["order_shipped"])


def test_what_is_owed_cannot_be_stopped() -> None:
    customer = order().customer_id or 0

    assert phone().post(address("stop.order_received", customer, path=STOP_PATH)).status_code == 404
    assert preference(customer).opted_out == []

"""Webhooks out: signed, once per event and endpoint, tried again, missing nothing, going nowhere they must not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest
from django.db import connection, transaction
from pytest_django import Settings
from standardwebhooks import Webhook

from steward.connectors.webhook_poster.poster import HttpPoster
from steward.kernel import errors, events, moment
from steward.modules.inventory.events import StockMoved
from steward.modules.messaging.commands import endpoints, feeding, posting
from steward.modules.messaging.queries import endpoints as known
from steward.modules.messaging.queries import notices
from tests import horizon, make
from tests.hook_peer import Receiver, receiver
from tests.races.crowd import another_line

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "inventory.stock_moved"


@pytest.fixture
def peer(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as found:
        yield found


def happen(item_id: int = 1, *, simulated: bool = False) -> int:
    moved = StockMoved(item_id=item_id, warehouse_id=1, pool="main", kind="received", quantity=1, simulated=simulated)
    with transaction.atomic():
        return events.record(make.TESTER, [moved])[0]


def endpoint(peer: Receiver, kinds: tuple[str, ...] = (KIND,)) -> endpoints.Secret:
    return endpoints.create_endpoint(make.administrator(), url=peer.url, kinds=kinds)


def deliver(now: datetime | None = None, *, waits: bool = True) -> int:
    """Do what the task does, once the log may be read to its end."""
    if waits:
        horizon.passed()
    with moment.frozen(now or moment.now()):
        for id_ in known.active_endpoint_ids():
            feeding.feed_endpoint(make.TESTER, endpoint_id=id_, now=moment.now())
        return posting.post_due(make.TESTER)


def test_what_fails_is_sent_again_under_the_same_id_and_verifies(peer: Receiver) -> None:
    made = endpoint(peer)
    event_id = happen(7)
    peer.statuses = [500, 302]
    now = moment.now()

    assert [deliver(now + timedelta(minutes=15 * n)) for n in range(4)] == [1, 1, 1, 0]

    headers = [headers for headers, _ in peer.came]
    assert len({one["webhook-id"] for one in headers}) == 1
    body = msgspec.json.decode(peer.came[2][1])
    assert body["type"] == KIND
    assert (body["data"]["event_id"], body["data"]["item_id"], body["data"]["kind"]) == (event_id, 7, "received")
    Webhook(made.secret).verify(peer.came[0][1], headers[0])
    (row,) = known.deliveries()
    assert (row.state, row.attempts, row.status, row.answer) == ("delivered", 3, 200, "said the receiver")


def test_what_happened_before_an_endpoint_was_made_is_not_told_though_an_old_transaction_is_open(
    peer: Receiver,
) -> None:
    with another_line(autocommit=False) as old:
        old.execute("SELECT pg_current_xact_id()")
        happen(1)
        endpoint(peer)
        happen(2)
        old.rollback()

    deliver()

    assert [msgspec.json.decode(body)["data"]["item_id"] for _, body in peer.came] == [2]


def test_a_replaced_secret_still_verifies_beside_the_new_one(peer: Receiver) -> None:
    old = endpoint(peer)
    new = endpoints.rotate_secret(make.administrator(), endpoint_id=old.endpoint_id, now=moment.now())
    happen()

    deliver()

    ((headers, body),) = peer.came
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (old.secret, new.secret):
        Webhook(secret).verify(body, headers)


def test_an_endpoint_that_keeps_failing_is_switched_off_and_administrators_are_told(peer: Receiver) -> None:
    made = endpoint(peer)
    happen()
    peer.statuses = [503] * 9
    now = moment.now()

    for n in range(12):
        deliver(now + timedelta(days=2 * n))

    view = known.endpoint(made.endpoint_id)
    assert (len(peer.came), view.active, view.failed) == (9, False, 1)
    admin = make.administrator()
    assert [one.title for one in notices.notices(admin.staff_id or 0, locale="en")] == [
        f"Webhook switched off: {peer.url}"
    ]
    endpoints.switch_endpoint(admin, endpoint_id=made.endpoint_id, active=True, now=now)
    happen(8)
    deliver(now + timedelta(days=40))
    assert known.endpoint(made.endpoint_id).failed == 0
    assert len(peer.came) == 11


def test_who_says_to_be_gone_is_called_no_more(peer: Receiver) -> None:
    made = endpoint(peer)
    happen()
    peer.statuses = [410]

    deliver()

    assert known.endpoint(made.endpoint_id).active is False
    assert known.deliveries()[0].state == "failed"


def test_nothing_of_a_drill_and_nothing_not_asked_for_leaves(peer: Receiver) -> None:
    endpoint(peer, kinds=("orders.order_received",))
    happen()
    horizon.passed()  # an endpoint starts where the log may be read to
    endpoint(peer)
    happen(simulated=True)

    deliver()

    assert peer.came == []


def test_an_event_that_commits_late_is_not_missed(peer: Receiver) -> None:
    endpoint(peer)
    recorded, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happen(1)
            recorded.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    recorded.wait(20)
    happen(2)  # drawn later, committed earlier
    deliver(waits=False)
    early = len(peer.came)
    go_on.set()
    thread.join()
    deliver()

    assert early == 0  # it could not be known yet whether something comes before
    assert [msgspec.json.decode(body)["data"]["item_id"] for _, body in peer.came] == [1, 2]


def test_two_senders_never_take_the_same_delivery(peer: Receiver) -> None:
    made = endpoint(peer)
    for number in range(20):
        happen(number)
    horizon.passed()
    feeding.feed_endpoint(make.TESTER, endpoint_id=made.endpoint_id, now=moment.now())
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait(10)
        posting.post_due(make.TESTER)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ids = [headers["webhook-id"] for headers, _ in peer.came]
    assert (len(ids), len(set(ids))) == (20, 20)


def test_without_the_setting_no_private_address_is_called(peer: Receiver, settings: Settings) -> None:
    settings.WEBHOOKS_PRIVATE = False
    poster = HttpPoster(private_allowed=False)

    answers = [poster.post(url, headers={}, body=b"") for url in ("https://127.0.0.1:1/x", "https://localhost:1/x")]

    assert {answer.status for answer in answers} == {0}
    assert all("private" in answer.text for answer in answers)
    with pytest.raises(errors.BadInput):
        endpoint(peer)
    assert known.endpoints() == []

"""The pages of messages: delivery, texts, notices, webhooks, preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from steward.kernel import moment
from steward.modules.messaging import commands
from steward.modules.messaging.commands import sending
from steward.modules.messaging.queries import endpoints, notices, outbox, texts
from steward.modules.messaging.queries.readers import preference
from steward.modules.orders import queries as orders
from tests import make

pytestmark = pytest.mark.django_db
PAID = {"order_number": "SO-2026-000001", "paid": {"minor": 19_900, "currency": "CNY"}}


def queued(template: str = "order_paid", *, key: str = "1", now: object = None) -> int:
    """Say something to Mei."""
    number = known_order()
    detail = orders.order_detail(orders.order_id(number))
    one = commands.Outgoing(
        template=template,
        customer_id=detail.customer_id or 0,
        subject_kind="order",
        subject_id=detail.order.id,
        params=PAID | {"order_number": number},
        dedupe_key=key,
    )
    with transaction.atomic():
        return commands.send_messages(make.TESTER, messages=[one], now=make.NOW)[0]


def known_order() -> str:
    found = orders.orders_page(orders.OrderFilters(), limit=1).rows
    if found:
        return found[0].number
    make.item(stock=5)
    return make.order().number


def deliver() -> None:
    with moment.frozen(make.NOW):
        sending.deliver_due(make.TESTER)


def told() -> int:
    lin = make.clerk_lin()
    notice = commands.Notice(
        staff_ids=[lin.staff_id or 0],
        kind="clock",
        template="clock_breached",
        params={"subject": known_order(), "clock": {"zh-hans": "审核"}, "due_at": make.NOW.isoformat()},
        subject_kind="order",
        subject_id=1,
        dedupe_key="k",
    )
    with transaction.atomic():
        return commands.notify_staff(make.TESTER, notices=[notice], now=make.NOW)[0]


def page(address: str, *, who: str = "admin", locale: str = "en") -> str:
    answer = make.browser(who, locale=locale).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_what_was_sent_with_the_reader_masked() -> None:
    queued()
    deliver()

    shown = page("/messages/")

    assert "Payment received" in shown
    assert "138****5521" in shown
    assert "13812345521" not in shown


def test_a_message_is_shown_as_it_was_sent_without_name_and_link() -> None:
    id_ = queued()
    deliver()

    shown = page(f"/messages/{id_}")

    assert "已收到付款 ¥199.00" in shown
    assert "…/p/…" in shown
    assert "梅子" not in shown


def test_what_was_not_sent_says_why() -> None:
    id_ = queued()
    with moment.frozen(make.NOW + timedelta(hours=80)):
        sending.deliver_due(make.TESTER)

    assert "It could not be sent in time" in page(f"/messages/{id_}")


def test_what_came_too_late_can_be_sent_again_with_a_reason() -> None:
    id_ = queued()
    with moment.frozen(make.NOW + timedelta(hours=80)):
        sending.deliver_due(make.TESTER)
    client = make.browser("admin")

    client.post(f"/messages/{id_}/decide", {"what": "repeat"})
    assert outbox.message(id_).message.state == "expired"
    client.post(f"/messages/{id_}/decide", {"what": "repeat", "reason": "she asked"})
    assert outbox.message(id_).message.state == "waiting"


def test_what_the_development_carrier_took_is_shown_with_links_that_work() -> None:
    queued()
    deliver()

    shown = page("/messages/development")

    assert "/p/" in shown
    assert "Nothing on this page has left the house" in shown


def test_a_text_is_saved_as_a_version_with_a_reason() -> None:
    client = make.browser("admin", locale="en")
    address = "/messages/texts/order_paid?channel=sms&locale=en"
    typed = {"body": "Paid {{paid}} for {{order_number}}", "reason": "shorter", "seen": "1", "what": "save"}

    answer = client.post(address, typed, follow=True)

    assert "Version 2 counts from now on." in answer.content.decode()
    assert texts.versions("order_paid", "sms", "en")[0].body == "Paid {{paid}} for {{order_number}}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "Hello {{phone}}"}, "is not known here"),
        ({"body": "Hello {{paid}"}, "Braces do not match"),
        ({"body": ""}, "must not be empty"),
        ({"body": "x" * 400}, "Too long"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_a_text_that_could_not_be_sent_is_refused_with_what_was_typed(changes: dict[str, str], words: str) -> None:
    typed = {"body": "Paid", "reason": "why", "seen": "1", "what": "save"} | changes
    answer = make.browser("admin", locale="en").post("/messages/texts/order_paid?channel=sms&locale=en", typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert len(texts.versions("order_paid", "sms", "en")) == 1


def test_who_saves_over_a_newer_version_is_stopped() -> None:
    client = make.browser("admin", locale="en")
    address = "/messages/texts/order_paid?channel=sms&locale=en"
    for body in ("One", "Two"):
        client.post(address, {"body": body, "reason": "why", "seen": "1", "what": "save"})

    assert texts.versions("order_paid", "sms", "en")[0].body == "One"


def test_the_preview_shows_what_is_being_typed_in_its_language_beside_the_others() -> None:
    answer = make.browser("admin").post(
        "/messages/texts/order_paid/preview", {"channel": "sms", "locale": "en", "body": "We got {{paid}}, {{name}}"}
    )

    shown = answer.content.decode()
    assert "We got ¥199.00, 梅子" in shown
    assert "已收到付款 ¥199.00" in shown


def test_a_carrier_s_code_of_a_text_is_saved_beside_the_text_and_says_when_it_is_outdated() -> None:
    client = make.browser("admin", locale="en")
    draft = {"carrier": "aliyun_sms", "locale": "en", "carrier_code": "SMS_77", "reason": "approved"}
    client.post("/messages/texts/order_paid/code", draft)
    address = "/messages/texts/order_paid?channel=sms&locale=en"
    assert 'value="SMS_77"' in page(address)
    assert "The text was changed since" not in page(address)

    client.post(address, {"body": "Paid {{paid}}", "reason": "shorter", "seen": "1", "what": "save"})

    assert "The text was changed since: version 1 goes out, not 2" in page(address)
    assert "SMS_77" not in page("/messages/texts/order_paid?channel=sms&locale=zh-hans")
    assert "Codes of carriers" not in page("/messages/texts/order_paid?channel=email&locale=en")


def test_a_code_that_cannot_be_one_is_refused_in_words() -> None:
    client = make.browser("admin", locale="en")
    draft = {"carrier": "tencent_sms", "locale": "en", "carrier_code": "SMS_77", "reason": "approved"}

    answer = client.post("/messages/texts/order_paid/code", draft, follow=True)

    assert "A code of this carrier looks like 449739." in answer.content.decode()
    assert make.browser("lin").post("/messages/texts/order_paid/code", draft).status_code == 403


def test_where_the_carrier_needs_codes_the_list_says_which_are_missing(settings: Any) -> None:
    settings.SMS = "aliyun"

    shown = page("/messages/texts")

    assert "Aliyun sends only texts it has approved." in shown
    assert "Code missing" in shown
    assert "Code missing" in page("/messages/texts/order_paid?channel=sms&locale=en")


def test_how_a_kind_goes_out_is_changed_and_what_is_owed_stays_on() -> None:
    client = make.browser("admin")
    client.post("/messages/texts/order_paid/sending", {"channels": ["email"], "expires_after_h": "5"})
    client.post("/messages/texts/order_received/sending", {"channels": ["email"], "expires_after_h": "5"})

    changed, owed = texts.kind("order_paid"), texts.kind("order_received")
    assert (changed.channels, changed.expires_after_h, changed.active) == (["email"], 5, False)
    assert owed.active is True


def test_a_notice_is_counted_read_by_opening_it_and_leads_to_its_order() -> None:
    id_ = told()
    client = make.browser("lin", locale="en")
    before = client.get("/messages/notices").content.decode()

    answer = client.get(f"/messages/notices/{id_}")

    assert '"sw-bell-count" aria-hidden="true">1<' in before
    assert answer["Location"] == f"/orders/{known_order()}"
    assert notices.unread_count(make.clerk_lin().staff_id or 0) == 0


def test_nobody_opens_another_persons_notice() -> None:
    id_ = told()

    assert make.browser("chen").get(f"/messages/notices/{id_}").status_code == 404
    assert notices.unread_count(make.clerk_lin().staff_id or 0) == 1


def test_a_webhook_is_added_and_its_secret_is_shown_once() -> None:
    client = make.browser("admin", locale="en")
    form = {"url": "https://erp.example/hook", "kinds": ["orders.order_received"], "description": "ERP"}

    first = client.post("/messages/webhooks", form).content.decode()
    (endpoint,) = endpoints.endpoints()

    assert "whsec_" in first
    assert "whsec_" not in client.get(f"/messages/webhooks/{endpoint.id}").content.decode()
    assert (endpoint.url, endpoint.kinds) == (form["url"], form["kinds"])


def test_a_private_address_is_refused_as_a_webhook() -> None:
    answer = make.browser("admin", locale="en").post("/messages/webhooks", {"url": "http://intranet/hook"})

    assert answer.status_code == 422
    assert "Use an address that begins with https://" in answer.content.decode()
    assert endpoints.endpoints() == []


def test_an_agent_changes_what_a_customer_hears() -> None:
    queued()
    customer = orders.order_detail(orders.order_id(known_order())).customer_id or 0
    form = {"wanted": ["order_shipped"], "channel": "email", "locale": "en", "quiet_from": "21:00", "quiet_to": "09:30"}

    make.browser("wang").post(f"/messages/customers/{customer}", form)

    chosen = preference(customer)
    assert "order_paid" in chosen.opted_out
    assert "order_shipped" not in chosen.opted_out
    assert (chosen.channels, chosen.quiet_start_min, chosen.quiet_end_min) == (["email", "sms"], 1260, 570)


@pytest.mark.parametrize("address", ["/messages/", "/messages/texts", "/messages/webhooks"])
def test_who_may_not_see_messages_is_told_so(address: str) -> None:
    assert make.browser("sam").get(address).status_code == 403

"""Customers sign in by a code: only they get it, only their browser uses it, and nobody learns who is a customer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters, personal
from steward.kernel.models import Event
from steward.modules.customers.commands import sign_in as commands
from steward.modules.customers.commands import sign_in_limits
from steward.modules.customers.commands.identities import verify_identity
from steward.modules.customers.commands.merging import merge_customers
from steward.modules.customers.commands.rights import erase_customer
from steward.modules.customers.models import Identity, SignInCode, Visit
from steward.modules.messaging.commands import sending, sign_in_codes
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries import outbox
from steward.modules.messaging.tests.making import Pigeon, carried_by, customer
from tests import make

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13812345521", "mei@example.com"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def phone(locale: str = "zh-CN", address: str = "203.0.113.7") -> Client:
    """Return a customer's browser."""
    return Client(headers={"accept-language": locale}, REMOTE_ADDR=address)


def code_in(text: str) -> str:
    """Find the six digits in a message."""
    found = re.search(r"\d{6}", text)
    assert found is not None, text
    return found[0]


def ask(browser: Client, who: str = PHONE) -> int:
    """Ask for a code, let it be sent; return the status of the answer."""
    answer = browser.post("/my/sign-in", {"who": who})
    make.settle()
    return answer.status_code


def sent(pigeon: Pigeon) -> str:
    """Let what is due leave; return the last code that was carried."""
    sending.deliver_codes(make.TESTER)
    return code_in(pigeon.carried[-1].text)


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    """Carry short messages where the test can read them."""
    pigeon = Pigeon()
    carried_by(monkeypatch, sms=pigeon)
    return pigeon


def signed_in(sms: Pigeon, who: str = PHONE) -> Client:
    """Sign somebody in as they do it themselves."""
    browser = phone()
    ask(browser, who)
    assert browser.post("/my/code", {"code": sent(sms)}).status_code == 302
    return browser


def test_who_types_the_code_is_in_and_has_proved_the_phone(sms: Pigeon) -> None:
    reader = customer()
    browser = phone()

    assert ask(browser) == 302
    answer = browser.post("/my/code", {"code": sent(sms)})

    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    assert browser.get("/my/").status_code == 200
    assert sms.carried[0].to_phone == "+8613812345521"
    proved = Identity.objects.get(customer_id=reader, kind="phone")
    assert (proved.verified_how, proved.verified_by) == ("code", "system:portal.customer")


def test_the_cookie_is_for_these_pages_and_no_script(sms: Pigeon) -> None:
    customer()

    cookie = signed_in(sms).cookies["steward_my"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/my/", True, "Lax")
    assert not Visit.objects.filter(key_hash=cookie.value.encode()).exists()


def test_a_code_by_e_mail_goes_to_the_typed_address_in_the_language_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = Pigeon()
    carried_by(monkeypatch, mail=mail)
    customer()
    browser = phone("en")

    ask(browser, " Mei@Example.com ")
    code = sent(mail)

    assert (mail.carried[0].to_address, mail.carried[0].locale) == (EMAIL, "en")
    assert browser.post("/my/code", {"code": f"{code[:3]} {code[3:]}"}).status_code == 302


def test_known_and_unknown_get_the_same_answer_by_the_same_statements() -> None:
    customer()
    asked = []
    for who in (PHONE, "13900000000"):
        browser = phone()
        browser.get("/my/sign-in")
        with CaptureQueriesContext(connection) as statements:
            answer = browser.post("/my/sign-in", {"who": who})
        page = browser.get("/my/code").content.decode()
        asked.append((answer.status_code, answer["Location"], [_shape(one["sql"]) for one in statements], _same(page)))

    assert asked[0] == asked[1]


def _shape(statement: str) -> str:
    """Leave of a statement what does not depend on who was asked for."""
    return re.sub(r"'[^']*'(::\w+)?|\d+", "?", statement)


def _same(page: str) -> str:
    """Leave of a page what does not depend on what was typed."""
    return re.sub(r"\+?[\d ]*1\d{2}\*+\d{4}|name=\"csrfmiddlewaretoken\" value=\"\w+\"", "", page)


def test_a_wrong_code_sounds_alike_for_known_and_unknown(sms: Pigeon) -> None:
    customer()
    told = []
    for who in (PHONE, "13900000000"):
        browser = phone()
        ask(browser, who)
        pages = [browser.post("/my/code", {"code": "000000"}) for _ in range(4)]
        told.append([(page.status_code, re.findall(r"<h1>(.*?)</h1>", page.content.decode())) for page in pages])

    assert told[0] == told[1]
    assert [status for status, _ in told[0]] == [422, 422, 422, 410]


def test_after_three_wrong_tries_the_right_code_opens_nothing(sms: Pigeon) -> None:
    customer()
    browser = phone()
    ask(browser)
    right = sent(sms)
    wrong = "000000" if right != "000000" else "111111"

    for _ in range(3):
        browser.post("/my/code", {"code": wrong})

    assert browser.post("/my/code", {"code": right}).status_code == 410
    assert not Visit.objects.exists()


def test_a_code_works_once_and_in_the_browser_that_asked_alone(sms: Pigeon) -> None:
    customer()
    browser, other = phone(), phone()
    ask(browser)
    right = sent(sms)
    ask(other, "13900000000")

    assert other.post("/my/code", {"code": right}).status_code == 422
    key = browser.cookies["steward_ask"].value
    assert browser.post("/my/code", {"code": right}).status_code == 302
    again = phone()
    again.cookies["steward_ask"] = key
    assert again.post("/my/code", {"code": right}).status_code == 410


def test_a_code_is_over_after_ten_minutes(sms: Pigeon) -> None:
    customer()
    browser = phone()
    ask(browser)
    right = sent(sms)

    with moment.frozen(moment.now() + timedelta(minutes=10)):
        assert browser.post("/my/code", {"code": right}).status_code == 410


def test_half_an_hour_without_a_page_signs_out_and_every_page_starts_it_anew(sms: Pigeon) -> None:
    customer()
    browser, now = signed_in(sms), moment.now()

    for minutes in (25, 50, 75):
        with moment.frozen(now + timedelta(minutes=minutes)):
            assert browser.get("/my/").status_code == 200
    with moment.frozen(now + timedelta(minutes=106)):
        answer = browser.get("/my/me?x=1")

    assert (answer.status_code, answer["Location"]) == (302, "/my/sign-in?next=%2Fmy%2Fme%3Fx%3D1")


def test_signed_out_is_out(sms: Pigeon) -> None:
    customer()
    browser = signed_in(sms)
    key = browser.cookies["steward_my"].value

    browser.post("/my/sign-out")

    thief = phone()
    thief.cookies["steward_my"] = key
    assert thief.get("/my/").status_code == 302


def test_codes_are_stored_hashed_sealed_in_the_outbox_and_hidden_from_staff(sms: Pigeon) -> None:
    customer()
    browser = phone()
    ask(browser)
    code = sent(sms)
    row, message = SignInCode.objects.get(), Message.objects.get(template="sign_in_code")

    assert code not in f"{bytes(row.code_hash or b'')!r}{message.params}"
    shown = outbox.message(message.id).rendered
    assert shown is not None
    assert (code in shown.body, "••••••" in shown.body) == (False, True)
    assert not Event.objects.filter(data__icontains=code, kind__startswith="customers.").exists()
    assert message.expires_at == row.expires_at


def test_the_same_asking_heard_twice_sends_one_code(sms: Pigeon) -> None:
    customer()
    ask(phone())
    first = SignInCode.objects.get().code_hash

    asked = Event.objects.get(kind="customers.sign_in_asked")
    sign_in_codes.send_codes(make.TESTER, code_ids=[asked.subject_id], now=moment.now())

    assert SignInCode.objects.get().code_hash == first
    assert Message.objects.filter(template="sign_in_code").count() == 1


def test_one_phone_gets_five_codes_an_hour_known_or_not() -> None:
    customer()
    for who in (PHONE, "13900000000"):
        answers = [phone(address=f"203.0.113.{n}").post("/my/sign-in", {"who": who}).status_code for n in range(6)]
        assert answers == [302] * 5 + [429]


def test_one_address_and_the_house_as_a_whole_ask_for_no_more_than_they_may() -> None:
    for name, most in ((sign_in_limits.OF_PLACE.name, 2), (sign_in_limits.OF_HOUSE.name, 12)):
        parameters.set_parameter(make.administrator(), name=name, new=most, reason="a test of limits")

    here = [phone().post("/my/sign-in", {"who": f"1390000000{n}"}).status_code for n in range(3)]
    everywhere = [
        phone(address=f"198.51.100.{n}").post("/my/sign-in", {"who": f"139000001{n:02}"}).status_code for n in range(11)
    ]

    assert here == [302, 302, 429]
    assert everywhere == [302] * 10 + [429]


def test_what_is_no_phone_and_no_e_mail_is_said_at_once() -> None:
    answer = phone().post("/my/sign-in", {"who": "梅子"})

    assert answer.status_code == 422
    assert not SignInCode.objects.exists()


def test_only_own_pages_are_gone_on_to(sms: Pigeon) -> None:
    customer()
    browser = phone()
    for wanted in ("https://evil.example/", "//evil.example/my/", "/my/../orders/", "/orders/"):
        browser.post("/my/sign-in", {"who": PHONE, "next": wanted})
        make.settle()
        assert browser.post("/my/code", {"code": sent(sms)})["Location"].startswith("/my/")
        SignInCode.objects.all().delete()


def test_whoever_was_found_to_be_one_person_is_one_in_their_pages(sms: Pigeon) -> None:
    make.item(stock=5)
    own = make.order("A-1")
    other = make.order("A-2", **make.somebody(7))
    mine, theirs = (Identity.objects.get(kind="phone", value_index=index).customer_id for index in _indexes())
    browser = signed_in(sms)
    assert browser.get(f"/my/orders/{other.number}").status_code == 404

    merge_customers(make.TESTER, survivor_id=theirs, merged_id=mine, reason="same person", now=moment.now())

    assert {browser.get(f"/my/orders/{one.number}").status_code for one in (own, other)} == {200}


def _indexes() -> list[bytes]:
    from_phone = personal.blind_index
    return [from_phone("phone", number) for number in ("+8613812345521", "+8613705710007")]


def test_an_erased_person_is_out_at_once(sms: Pigeon) -> None:
    reader = customer()
    browser = signed_in(sms)

    erase_customer(make.TESTER, customer_id=reader, reason="asked", now=moment.now())

    assert browser.get("/my/").status_code == 302
    assert (Visit.objects.count(), SignInCode.objects.count()) == (0, 0)


def test_what_is_over_is_forgotten(sms: Pigeon) -> None:
    customer()
    signed_in(sms)

    commands.forget_sign_ins(make.TESTER, now=moment.now() + timedelta(days=2))

    assert (Visit.objects.count(), SignInCode.objects.count()) == (0, 0)


def test_a_number_somebody_else_wrote_beside_theirs_opens_nothing_until_it_is_proved() -> None:
    # given a customer known by phone and, from another day, by an e-mail that nobody proved
    customer(email="stranger@example.com")
    moved = moment.now() - timedelta(days=9)
    Identity.objects.filter(kind="phone").update(created_at=moved)
    issued = []
    for typed in (PHONE, "stranger@example.com"):
        commands.ask_code(make.TESTER, typed=typed, place=typed, language="zh-hans", now=moment.now())
        with transaction.atomic():
            issued.append(commands.issue_code(SignInCode.objects.latest("id").id, now=moment.now()))
    assert issued == [None, None]
    # when somebody of the house proves the other one
    for identity_id in Identity.objects.filter(kind="email").values_list("id", flat=True):
        verify_identity(make.TESTER, identity_id=identity_id, how="call", now=moment.now())
    # then the customer gets in by the number
    commands.ask_code(make.TESTER, typed=PHONE, place="later", language="zh-hans", now=moment.now())
    with transaction.atomic():
        assert commands.issue_code(SignInCode.objects.latest("id").id, now=moment.now()) is not None

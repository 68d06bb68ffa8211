"""Signing in as a person does it: password, second step, lock-out, sessions."""

import base64
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client

from steward.modules.people import commands
from tests import make

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PERIOD_S = 30


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


def sign_in(username: str, password: str = make.PASSWORD, **headers: str) -> Client:
    """Fill in the first form in a fresh browser."""
    client = Client(headers=headers)
    client.post(LOGIN, {"login": username, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/people/me").status_code == 200


def code_of(secret: str, steps: int = 0) -> str:
    """Compute the code that an authenticator app shows now, or some steps of 30 seconds later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S + steps)))


def with_second_step(username: str) -> tuple[Client, str]:
    """Set the authenticator app up through the pages; return the browser and the secret."""
    make.staff(username)
    client = sign_in(username)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)
    assert found
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert answer.status_code == 302
    return client, found[1]


def test_the_right_password_lets_in() -> None:
    make.staff("lin")
    assert is_in(sign_in("lin"))


def test_a_wrong_password_says_so_without_saying_which_part_is_wrong() -> None:
    make.staff("lin", locale="en")
    answers = [
        Client(headers={"Accept-Language": "en"}).post(LOGIN, {"login": name, "password": "wrong password"})
        for name in ("lin", "nobody")
    ]
    assert all("User name or password is wrong." in answer.content.decode() for answer in answers)


def test_eight_failures_lock_out_even_with_the_right_password_afterwards() -> None:
    make.staff("lin")
    answers = [Client().post(LOGIN, {"login": "lin", "password": f"wrong {n}"}).status_code for n in range(8)]
    assert answers[:7] == [200] * 7
    assert answers[7] == 429
    assert Client().post(LOGIN, {"login": "lin", "password": make.PASSWORD}).status_code == 429


def test_a_lock_out_of_one_person_leaves_others_alone() -> None:
    make.staff("lin")
    make.staff("chen")
    for n in range(8):
        sign_in("lin", f"wrong {n}")
    assert is_in(sign_in("chen"))


def test_nobody_signs_up() -> None:
    wanted = {"username": "x", "password1": make.PASSWORD, "password2": make.PASSWORD}
    answer = Client().post("/accounts/signup/", wanted)
    assert answer.status_code == 200
    assert not get_user_model().objects.filter(username="x").exists()


def test_with_the_second_step_on_the_password_alone_does_not_let_in() -> None:
    _client, secret = with_second_step("lin")
    fresh = sign_in("lin")
    assert not is_in(fresh)
    fresh.post("/accounts/2fa/authenticate/", {"code": code_of(secret, steps=1)})
    assert is_in(fresh)


def test_setting_up_the_second_step_asks_for_the_password_again() -> None:
    make.staff("lin")
    answer = sign_in("lin").get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_a_code_works_once() -> None:
    _client, secret = with_second_step("lin")
    code = code_of(secret, steps=1)
    first, second = sign_in("lin"), sign_in("lin")
    first.post("/accounts/2fa/authenticate/", {"code": code})
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_guessing_codes_ends_after_ten() -> None:
    _client, secret = with_second_step("lin")
    fresh = sign_in("lin")
    for _ in range(10):
        fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    fresh.post("/accounts/2fa/authenticate/", {"code": code_of(secret, steps=1)})
    assert not is_in(fresh)


def test_a_recovery_code_lets_in_once() -> None:
    client, _secret = with_second_step("lin")
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    code = re.findall(r"<li>(\d{8})</li>", page)[0]
    first, second = sign_in("lin"), sign_in("lin")
    first.post("/accounts/2fa/authenticate/", {"code": code})
    second.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_the_secret_of_the_second_step_is_sealed_in_the_database() -> None:
    _client, secret = with_second_step("lin")
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in kept
    assert secret.encode() not in base64.b64decode(kept.partition(":")[2])


def test_sessions_are_listed_and_end_everywhere_else() -> None:
    make.staff("lin")
    office, train = sign_in("lin"), sign_in("lin")
    assert office.get("/accounts/sessions/").content.decode().count("<tr><td") == 2
    office.post("/accounts/sessions/")
    assert is_in(office)
    assert not is_in(train)


def test_a_deactivated_person_is_out_with_the_next_click() -> None:
    boss, lin = make.administrator(), make.clerk_lin()
    client = sign_in("lin")
    assert is_in(client)
    commands.deactivate_staff(boss, staff_id=lin.staff_id or 0, now=make.NOW)
    assert not is_in(client)


def test_a_new_password_ends_every_session() -> None:
    boss, lin = make.administrator(), make.clerk_lin()
    client = sign_in("lin")
    commands.reset_password(boss, staff_id=lin.staff_id or 0, password="another long sentence 2")
    assert not is_in(client)
    assert is_in(sign_in("lin", "another long sentence 2"))


def test_passwords_are_hashed_with_argon2(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert get_hasher().encode("a sentence", get_hasher().salt()).startswith("argon2$argon2id$")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/logout/"])
def test_the_entrance_speaks_the_browsers_language(path: str) -> None:
    answer = Client(headers={"Accept-Language": "zh-TW,en;q=0.5"}).get(path, follow=True)
    assert 'lang="zh-Hant"' in answer.content.decode()

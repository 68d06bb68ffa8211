"""Signing in, with a second step where somebody wants one, in the language and the light they choose."""

from __future__ import annotations

import base64
import hmac
import struct
import time

from playwright.sync_api import expect

from tests import make
from tests.browser.conftest import Visit, sign_in

STEP_S = 30


def code_of(secret: str) -> str:
    """Compute what an authenticator app shows now (RFC 6238); wait where the next code is about to come."""
    if STEP_S - time.time() % STEP_S < 3:
        time.sleep(3)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // STEP_S), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def test_a_wrong_password_is_refused_and_the_right_one_opens(visit: Visit) -> None:
    stranger = visit()
    stranger.go("/orders/")
    stranger.look("entrance")

    sign_in(stranger, "wang", "not the right sentence")
    stranger.sees("用户名或密码不对。")
    stranger.look("refused")

    sign_in(stranger, "wang")
    stranger.page.wait_for_url("**/orders/")
    stranger.sees("王丽")
    stranger.look("orders")


def test_a_second_step_is_set_up_and_asked_for(visit: Visit) -> None:
    sam = visit("sam")
    sam.go("/accounts/2fa/")
    sam.press("设置")
    sam.page.get_by_label("密码").fill(make.PASSWORD)  # whoever changes how to sign in says again who they are
    sam.look("is-it-you")
    sam.press("确认")
    secret = sam.page.locator("#totp-secret").inner_text().strip()
    sam.page.get_by_label("验证码").fill(code_of(secret))
    sam.look("set-up")
    sam.press("开启")
    sam.sees("恢复码")

    again = visit()
    again.go("/accounts/login/")
    sign_in(again, "sam")
    again.sees("第二步验证")
    again.look("second-step")
    again.page.get_by_label("验证码").fill(code_of(secret))
    again.press("登录")
    again.page.wait_for_url(again.house.address + "/")
    again.sees("还没有分配给您的工作")


def test_the_language_is_chosen_and_stays(visit: Visit) -> None:
    lin = visit("lin")
    lin.go("/orders/")
    heading = lin.page.locator("h1")

    for letter, word in (("繁", "訂單"), ("EN", "Orders"), ("中", "订单")):
        lin.page.locator(".sw-top").get_by_role("button", name=letter).click()
        expect(heading).to_have_text(word)
        lin.page.reload()
        expect(heading).to_have_text(word)
        lin.look(letter)


def test_the_look_changes_from_the_machines_to_light_and_dark(visit: Visit) -> None:
    lin = visit("lin")
    lin.go("/")
    root, switch = lin.page.locator("html"), lin.page.locator(".sw-top [data-theme-switch]")

    seen = []
    for _ in range(3):
        with lin.page.expect_response("**/theme"):
            switch.click()
        lin.page.reload()
        seen.append((root.get_attribute("data-theme"), root.get_attribute("data-bs-theme")))
        lin.look(seen[-1][0] or "")

    assert seen == [("light", "light"), ("dark", "dark"), ("auto", "light")]

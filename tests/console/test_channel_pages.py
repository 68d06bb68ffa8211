"""The pages of accounts by which customers reach us: secrets are shown once, mistakes named, others kept out."""

from __future__ import annotations

import pytest

from steward.modules.messaging.queries.accounts import channel_account, find_account
from tests import channel_calls, make

pytestmark = pytest.mark.django_db
WECHAT = channel_calls.FACTS["wechat"] | {"code": "shop", "name": "户外旗舰店"}


def test_an_account_is_added_and_its_made_secret_shown_once() -> None:
    boss = make.browser("admin", locale="en")
    facts = {"code": "Jd-Shop", "name": "JD shop", "format": "standard"}

    page = boss.post("/messages/channels/new/social", facts).content.decode()

    account = find_account("social", "jd-shop")
    assert account is not None
    assert account.secrets["secret"] in page
    again = boss.get("/messages/channels/jd-shop").content.decode()
    assert account.secrets["secret"] not in again
    assert "/webhooks/channels/social/jd-shop" in again
    assert "JD shop" in boss.get("/messages/channels").content.decode()


def test_a_secret_left_empty_stays_and_a_typed_one_replaces_it() -> None:
    boss = make.browser("admin", locale="en")
    boss.post("/messages/channels/new/wechat", WECHAT)
    boss.post("/messages/channels/shop", WECHAT | {"token": "", "app_secret": "newer", "name": "New name"})

    account = find_account("wechat", "shop")
    assert account is not None
    assert (account.secrets["token"], account.secrets["app_secret"]) == (WECHAT["token"], "newer")
    assert channel_account("shop").name == "New name"


def test_mistakes_are_named_all_at_once_and_nothing_is_kept() -> None:
    boss = make.browser("admin", locale="en")
    wrong = WECHAT | {"app_id": "", "aes_key": "short", "api_address": "ftp://x"}

    answer = boss.post("/messages/channels/new/wechat", wrong)

    page = answer.content.decode()
    assert (answer.status_code, find_account("wechat", "shop")) == (422, None)
    for words in ("This is needed.", "An EncodingAESKey is 43", "beginning with https://"):
        assert words in page
    assert WECHAT["app_secret"] not in page


def test_a_code_is_given_once() -> None:
    boss = make.browser("admin", locale="en")
    boss.post("/messages/channels/new/wechat", WECHAT)

    assert boss.post("/messages/channels/new/phone", {"code": "shop", "name": "x"}).status_code == 422
    assert channel_account("shop").kind == "wechat"


def test_an_account_is_switched_off_and_on() -> None:
    boss = make.browser("admin", locale="en")
    boss.post("/messages/channels/new/wechat", WECHAT)

    boss.post("/messages/channels/shop/switch", {"active": "0"})
    assert find_account("wechat", "shop") is None
    boss.post("/messages/channels/shop/switch", {"active": "1"})
    assert find_account("wechat", "shop") is not None


def test_who_may_not_manage_channels_sees_none() -> None:
    wang = make.browser("wang")

    assert wang.get("/messages/channels").status_code == 403
    assert wang.post("/messages/channels/new/wechat", WECHAT).status_code == 403
    assert make.browser("admin").get("/messages/channels/new/pigeon").status_code == 404


def test_a_chat_shows_the_one_line_for_the_shop_s_pages_and_names_its_mistakes() -> None:
    boss = make.browser("admin", locale="en")
    facts = {"code": "site", "name": "Shop", "origins": "https://shop.example", "start": "person", "contact": "no"}
    wrong = boss.post("/messages/channels/new/chat", facts | {"origins": "shop.example/x", "team": "nobody"})
    assert (wrong.status_code, find_account("chat", "site")) == (422, None)
    assert "as the browser names it" in wrong.content.decode()
    boss.post("/messages/channels/new/chat", facts)

    page = boss.get("/messages/channels/site").content.decode()
    assert "/chat/site.js&quot; async&gt;&lt;/script&gt;" in page

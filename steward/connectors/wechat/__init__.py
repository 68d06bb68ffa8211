"""WeChat official accounts (微信公众号): signed and sealed calls in, customer service messages out."""

from steward.connectors.wechat.carrier import WechatCarrier
from steward.connectors.wechat.client import WechatClient
from steward.connectors.wechat.door import WechatDoor
from steward.modules.messaging.ports import TokenKeeper
from steward.modules.messaging.rules.accounts import Account

door = WechatDoor()


def speaker(account: Account, tokens: TokenKeeper) -> WechatClient:
    """Return what speaks with WeChat for an account."""
    return WechatClient(
        app_id=account.settings["app_id"],
        secret=account.secrets["app_secret"],
        tokens=tokens,
        address=account.settings.get("api_address", ""),
    )


def answering(account: Account, tokens: TokenKeeper) -> WechatCarrier:
    """Return what carries answers of an account."""
    return WechatCarrier(speaker(account, tokens))


__all__ = ["answering", "door", "speaker"]

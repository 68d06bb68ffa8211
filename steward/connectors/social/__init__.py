"""Social networks and marketplaces: messages, comments and mentions in; answers out by a signed webhook."""

from django.conf import settings

from steward.connectors.social.carrier import SocialCarrier
from steward.connectors.social.of_standard import StandardSocial
from steward.connectors.social.of_weibo import Weibo
from steward.connectors.webhook_poster.poster import HttpPoster
from steward.modules.messaging.ports import TokenKeeper
from steward.modules.messaging.rules.accounts import Account

standard = StandardSocial()
weibo = Weibo()


def answering(account: Account, tokens: TokenKeeper) -> SocialCarrier:
    """Return what carries answers of an account."""
    return SocialCarrier(account, HttpPoster(private_allowed=settings.WEBHOOKS_PRIVATE))


__all__ = ["answering", "standard", "weibo"]

"""Social networks and marketplaces: messages, comments and mentions in; answers out by a signed webhook."""

from steward.connectors.social.of_standard import StandardSocial
from steward.connectors.social.of_weibo import Weibo

standard = StandardSocial()
weibo = Weibo()

__all__ = ["standard", "weibo"]

"""Short messages in (上行短信), as three carriers hand them over."""

from steward.connectors.sms_in.of_aliyun import AliyunIn
from steward.connectors.sms_in.of_tencent import TencentIn
from steward.connectors.sms_in.of_twilio import TwilioIn

aliyun = AliyunIn()
tencent = TencentIn()
twilio = TwilioIn()

__all__ = ["aliyun", "tencent", "twilio"]

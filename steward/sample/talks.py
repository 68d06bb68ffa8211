"""What customers of the sample write to the desk, and what is answered; {order} is the number of their order.

Every talk: channel, language, category, then what was said in turn, the customer first, and how it stands now.
"""

from __future__ import annotations

from msgspec import Struct


class Talk(Struct, frozen=True):
    """One conversation. `stands`: new, open, waiting_customer, waiting_third, solved, spam, snoozed or special."""

    channel: str
    language: str
    category: str
    stands: str
    said: tuple[str, ...]
    subject: str = ""
    urgent: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()


def _zh(channel: str, category: str, stands: str, *said: str, **more: object) -> Talk:
    return Talk(channel, "zh", category, stands, said, **more)  # type: ignore[arg-type]  # the fields of a talk


def _en(channel: str, category: str, stands: str, *said: str, **more: object) -> Talk:
    return Talk(channel, "en", category, stands, said, **more)  # type: ignore[arg-type]  # the fields of a talk


TALKS: tuple[Talk, ...] = (
    _zh("chat", "logistics", "new", "订单 {order} 三天没有物流更新了，周末要用，麻烦查一下"),
    _zh(
        "chat", "logistics", "waiting_third", "快递显示已签收，但我没有收到，也没人给我打电话！",
        "非常抱歉给您添麻烦了。我已请快递网点核实签收人和签收照片，今天 18 点前给您答复。",
        urgent=True, note="已联系网点，快递员称放在驿站，等底单照片。", tags=("丢件",),
    ),
    _zh(
        "chat", "product_quality", "open", "帐篷收到了，外帐有一处脱线，大概两厘米，能换吗？",
        "您好，脱线属于质量问题，可以换新。麻烦拍一张脱线处和吊牌的照片发给我们。",
        "照片发过去了，你们看看，吊牌还在",
    ),
    _zh(
        "wechat", "order", "new", "刚下单 {order} 拍错颜色了，要墨绿色，还没发货吧？能改吗", urgent=True,
    ),
    _zh("wechat", "payment", "new", "付款成功了怎么订单还是待付款，钱扣了两次吗？"),
    _zh("wechat", "customer_service", "new", "发票可以开公司抬头吗？税号我一会儿发"),
    _zh(
        "email", "payment", "solved", "{order} 的电子发票一直没有收到，麻烦发到这个邮箱。",
        "您好，电子发票已重新开具并发送，请在 10 分钟内查收；若在垃圾箱里，请把我们的地址设为可信。", "收到了，谢谢！",
        subject="发票没有收到",
    ),
    _zh(
        "email", "product_quality", "waiting_customer", "炉头点不着火，换了两罐气都不行，附上视频。",
        "您好，请先确认阀门旋到最大再按点火键；若仍不行，请告知炉头底部的批号，我们直接为您换新。",
        subject="炉头无法点火",
    ),
    _zh(
        "email", "order", "special", "我们公司团建要 60 顶帐篷，周五前能分三个地址送到吗？需要合同和对公付款。",
        "您好，60 顶现货充足。三个地址请按附表填写，合同和对公账户由我为您准备，今天内发出。",
        subject="团购与分批送货", note="已和仓库确认周四可全部出库；合同等法务盖章。",
    ),
    _zh("sms", "logistics", "new", "货到楼下没人在，请明天上午再送 {order}"),
    _zh("sms", "order", "new", "取消订单 {order}，家里人已经买了"),
    _zh(
        "app", "technical_support", "open", "头灯连不上 App，固件升级到 80% 就停了",
        "您好，请把手机靠近头灯并关闭省电模式后重试；若仍停在 80%，请长按开关 10 秒恢复出厂。",
        "试了三次还是停在 80%",
    ),
    _zh("app", "user_operation", "new", "优惠券在哪里用？结算页面找不到入口"),
    _zh(
        "chat", "customer_service", "solved", "会员积分什么时候到账？",
        "您好，确认收货后 24 小时内到账。您的订单昨天签收，今天下午就能看到。", "好的谢谢",
    ),
    _zh("web_form", "product_quality", "new", "水壶有很重的塑料味，煮水喝了头疼，要求退货并赔偿医药费。", urgent=True,
        subject="水壶异味", tags=("赔偿",)),
    _zh("social", "customer_service", "new", "买了两次你们家的睡袋，第二次明显比第一次薄，是不是换料了？求解释"),
    _zh("social", "logistics", "snoozed", "说好 48 小时发货，现在都第四天了",
        "非常抱歉，您订的颜色昨天才补货到仓，今晚一定发出，发出后我第一时间把单号发给您。"),
    _zh("counter", "product_quality", "open", "客户到店：登山杖锁扣松动，已留下商品，希望本周修好。",
        note="商品在杭州服务点 3 号柜，缺锁扣备件，周三到货。"),
    _zh("phone", "logistics", "new", "未接来电：请回拨，客户称包裹破损拒收。", subject="未接来电"),
    _zh(
        "chat", "logistics", "waiting_customer", "能不能改送到公司？下周都在上班",
        "可以的，包裹还没有派送。请把公司地址和收件人电话发给我，我来改派。",
    ),
    _zh("chat", "order", "new", "赠品没有收到，页面写着买帐篷送地布"),
    _zh(
        "email", "logistics", "open", "海运到台灣大概要多久？會不會再收關稅？",
        "您好，台湾地区一般 5–8 天送达，关税已含在运费里，收货时不用再付。", "那可以指定宅配時間嗎？下午兩點以後",
        subject="寄送到台灣",
    ),
    _zh("wechat", "customer_service", "spam", "专业店铺代运营，日销破万不是梦，加微信了解"),
    _zh("email", "customer_service", "spam", "低价企业邮箱群发、百万精准客户名单，限时五折", subject="营销推广合作"),
    _en("email", "logistics", "new", "Hi, tracking for {order} has not moved since Friday. Is it lost?",
        subject="Where is my parcel?", urgent=True),
    _en(
        "email", "payment", "waiting_third", "I returned the stove two weeks ago and still have no refund.",
        "I am sorry for the wait. The stove was inspected yesterday; our finance team pays it back today.",
        subject="Refund for returned stove", note="财务说今天 17 点批量付款。",
    ),
    _en("email", "product_quality", "solved", "The zipper of the jacket broke on the second day.",
        "That should not happen. A new jacket leaves tomorrow, and you may keep the old one.",
        "Great, thanks!", subject="Broken zipper"),
    _en("chat", "user_operation", "new", "How do I change the language of the app?"),
    _en("chat", "order", "open", "Can I add a second sleeping bag to {order} before it ships?",
        "Yes, it has not been packed yet. I have added it; you will get a link to pay the difference.",
        "The link says it has expired"),
    _en("web_form", "customer_service", "new", "Do you have a shop in Shanghai where I can try the boots on?",
        subject="Shop in Shanghai"),
    _zh("chat", "product_quality", "new", "锅底有划痕，像是用过的，全新的会这样吗？"),
    _zh("wechat", "logistics", "solved", "今天能送到吗？", "快递员预计 15 点前送到，电话已发到您的手机。", "收到了👍"),
    _zh("chat", "payment", "new", "退款显示成功三天了，银行卡没到账"),
    _zh("email", "technical_support", "new", "GPS 手表导出的轨迹在电脑上打不开，格式是 fit。", subject="轨迹文件"),
)  # fmt: skip
# Standard answers by their code: titles, bodies, the category they set, what is to become of the ticket.
ANSWERS: dict[str, tuple[dict[str, str], dict[str, str], str, str]] = {
    "where-is-it": (
        {"zh-hans": "查件：已催快递", "zh-hant": "查件：已催快遞", "en": "Parcel: carrier asked"},
        {
            "zh-hans": "您好，订单 {{order_number}} 由{{carrier}}承运，单号 {{tracking_number}}。我已催促网点，"
            "今天内把最新进展告诉您。",
            "zh-hant": "您好，訂單 {{order_number}} 由{{carrier}}承運，單號 {{tracking_number}}。我已催促網點，"
            "今天內把最新進展告訴您。",
            "en": "Hello, your order {{order_number}} travels with {{carrier}}, parcel {{tracking_number}}. "
            "I have asked the carrier and will tell you today what they found.",
        },
        "logistics",
        "wait_for_third",
    ),
    "send-photo": (
        {"zh-hans": "质量问题：请发照片", "zh-hant": "品質問題：請發照片", "en": "Quality: please send a picture"},
        {
            "zh-hans": "很抱歉商品让您失望了。请拍一张问题处的照片和吊牌，收到后我们马上为您换新或退款。",
            "zh-hant": "很抱歉商品讓您失望了。請拍一張問題處的照片和吊牌，收到後我們馬上為您換新或退款。",
            "en": "I am sorry about this. Please send us a picture of the fault and of the tag; we will replace it "
            "or pay it back at once.",
        },
        "product_quality",
        "wait_for_customer",
    ),
    "invoice": (
        {"zh-hans": "发票：如何开具", "zh-hant": "發票：如何開立", "en": "Invoice: how to get one"},
        {
            "zh-hans": "您好，请告知抬头和税号，电子发票会在 10 分钟内发到您的邮箱。",
            "zh-hant": "您好，請告知抬頭和統編，電子發票會在 10 分鐘內發到您的信箱。",
            "en": "Please tell us the name and tax number for the invoice; it comes by e-mail within ten minutes.",
        },
        "payment",
        "wait_for_customer",
    ),
    "solved-thanks": (
        {"zh-hans": "结束语", "zh-hant": "結束語", "en": "Closing words"},
        {
            "zh-hans": "很高兴帮到您。工单 {{ticket_number}} 先为您关闭，有任何问题直接回复即可。{{agent_name}}",
            "zh-hant": "很高興幫到您。工單 {{ticket_number}} 先為您結案，有任何問題直接回覆即可。{{agent_name}}",
            "en": "Happy to help. I am closing {{ticket_number}}; just answer if anything comes up. {{agent_name}}",
        },
        "",
        "solve",
    ),
}

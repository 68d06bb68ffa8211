"""The tree of categories: five of the trade plus two, each with the reasons customers give (DSK-2), and who answers.

A reason is urgent where goods are lost or wrong (DSK-3) or somebody may be hurt; words can make any ticket urgent.
"""

from __future__ import annotations

import re

from msgspec import Struct

from steward.modules.desk.rules.classifying.texts import plain

NONE = "none"


class Reason(Struct, frozen=True):
    """A sub-reason: its code, its names in English, Simplified and Traditional Chinese, and whether it is urgent."""

    code: str
    en: str
    zh_hans: str
    zh_hant: str
    urgent: bool = False


class Category(Struct, frozen=True):
    """A category with its reasons and the role that answers for it."""

    code: str
    en: str
    zh_hans: str
    zh_hant: str
    role: str
    reasons: tuple[Reason, ...]


TREE: tuple[Category, ...] = (
    Category(
        "product_quality", "Product quality", "商品质量", "商品品質", "customer_service",
        (
            Reason("defective", "Does not work", "故障不能用", "故障無法使用"),
            Reason("damaged", "Arrived damaged", "到货破损", "到貨破損"),
            Reason("not_as_described", "Not as described", "与描述不符", "與描述不符"),
            Reason("counterfeit", "Doubtful authenticity", "疑似假货", "疑似仿冒品"),
            Reason("expired", "Expired or spoiled", "过期变质", "過期變質"),
            Reason("size_fit", "Size does not fit", "尺码不合", "尺寸不合"),
            Reason("workmanship", "Poor workmanship", "做工材质差", "做工材質差"),
            Reason("unsafe", "Harmed somebody", "安全或过敏", "安全或過敏", urgent=True),
        ),
    ),
    Category(
        "logistics", "Logistics", "物流", "物流", "logistics_coordinator",
        (
            Reason("tracking", "Where is it", "查物流", "查物流"),
            Reason("late", "Late", "配送延误", "配送延誤"),
            Reason("not_received", "Shown as delivered, not received", "显示签收未收到", "顯示簽收未收到", urgent=True),
            Reason("lost", "Lost", "丢件", "遺失", urgent=True),
            Reason("courier", "About the courier", "快递员问题", "配送員問題"),
            Reason("arrangement", "Time and place of delivery", "配送时间与方式", "配送時間與方式"),
            Reason("delivery_options", "Delivery options, customs", "配送范围与清关", "配送範圍與清關"),
        ),
    ),
    Category(
        "order", "Order", "订单", "訂單", "customer_service",
        (
            Reason("placing", "Placing an order", "下单", "下單"),
            Reason("change", "Change the order", "修改订单", "修改訂單"),
            Reason("address", "Change the address", "修改地址", "修改地址"),
            Reason("cancel", "Cancel", "取消订单", "取消訂單"),
            Reason("wrong_item", "Wrong item sent", "发错货", "出錯貨", urgent=True),
            Reason("missing_item", "Item missing", "少发漏发", "漏寄", urgent=True),
            Reason("not_dispatched", "Not sent yet", "催发货", "催出貨"),
            Reason("stock", "Stock", "库存与到货", "庫存與到貨"),
            Reason("return_exchange", "Return or exchange", "退换货", "退換貨"),
            Reason("return_pickup", "Sending a return back", "退货取件与寄回", "退貨取件與寄回"),
            Reason("product_question", "Question before buying", "商品咨询", "商品諮詢"),
        ),
    ),
    Category(
        "payment", "Payment", "付款", "付款", "finance",
        (
            Reason("methods", "Ways to pay", "支付方式", "付款方式"),
            Reason("failed", "Payment failed", "支付失败", "付款失敗"),
            Reason("charged_wrong", "Charged wrongly", "多扣重复扣款", "重複扣款"),
            Reason("refund", "Refund", "退款", "退款"),
            Reason("invoice", "Invoice", "开发票", "開發票"),
            Reason("invoice_change", "Change the invoice", "修改发票", "修改發票"),
            Reason("price_protection", "Price difference", "价保差价", "價差補償"),
            Reason("discounts", "Coupons and offers", "优惠活动", "優惠活動"),
            Reason("fees", "Shipping costs and fees", "运费与费用", "運費與費用"),
        ),
    ),
    Category(
        "customer_service", "Customer service", "客户服务", "客戶服務", "customer_service",
        (
            Reason("human", "Wants a person", "转人工", "轉真人客服"),
            Reason("complaint", "Complaint", "投诉", "投訴"),
            Reason("attitude", "Conduct of staff", "服务态度", "服務態度"),
            Reason("no_answer", "No answer", "无人回复催进度", "無人回覆"),
            Reason("compensation", "Wants compensation", "要求赔偿", "要求賠償"),
            Reason("feedback", "Praise and ideas", "表扬建议与评价", "稱讚建議與評價"),
            Reason("contact", "How to reach us", "联系方式与时间", "聯絡方式與時間"),
            Reason("partnership", "Sellers and partners", "商家合作", "商家合作"),
        ),
    ),
    Category(
        "technical_support", "Technical support", "技术支持", "技術支援", "technical_support",
        (
            Reason("site_error", "Shop or app fails", "网站或应用故障", "網站或應用故障"),
            Reason("device_trouble", "Device does not connect or react", "设备连接排障", "設備連線排障"),
            Reason("installation", "Installation", "安装", "安裝"),
            Reason("repair", "Repair", "维修", "維修"),
            Reason("warranty", "Warranty", "保修", "保固"),
            Reason("software", "Software and updates", "软件与升级", "軟體與更新"),
        ),
    ),
    Category(
        "user_operation", "Use of the shop", "用户操作", "使用操作", "customer_service",
        (
            Reason("register", "Registering", "注册认证", "註冊認證"),
            Reason("sign_in", "Signing in", "登录密码", "登入密碼"),
            Reason("account_change", "Change the account", "修改账户资料", "修改帳戶資料"),
            Reason("account_close", "Close the account", "注销账户", "刪除帳戶"),
            Reason("membership", "Membership and points", "会员积分", "會員點數"),
            Reason("how_to", "How to use it", "使用方法", "使用方法"),
            Reason("notifications", "Newsletters and notices", "通知订阅", "通知訂閱"),
        ),
    ),
)  # fmt: skip
CATEGORIES = {category.code: category for category in TREE}
REASONS = {f"{category.code}.{reason.code}": reason for category in TREE for reason in category.reasons}
# Words of loss and of a wrong order, in simplified characters: they make a ticket urgent whatever its reason (DSK-3).
_URGENT = re.compile(
    r"丢件|弄丢|丢了|丢失|遗失|被偷|不翼而飞|发错|寄错|送错|错发|漏发|漏寄|少发|少寄|触电|漏电|着火|冒烟|爆炸|中毒|住院|过敏"
    r"|\b(?:lost (?:my |the )?(?:parcel|package|order)|(?:parcel|package|order) (?:is |was |got )?(?:lost|stolen)"
    r"|wrong (?:item|product|order|size sent)|sent (?:me )?the wrong|caught fire|electric shock|exploded)\b"
)
_NOT_URGENT = re.compile(r"(?:会不会|怕|如果|万一|if).{0,8}(?:丢|lost)|(?:没|没有|不是)(?:丢|发错)")


def is_known(category: str, sub_reason: str) -> bool:
    """Tell whether both are of the tree, or none is given; a category may stand without a reason."""
    if not category:
        return not sub_reason
    return category in CATEGORIES and (not sub_reason or f"{category}.{sub_reason}" in REASONS)


def urgency_of(category: str, sub_reason: str, text: str) -> str:
    """Say how urgent a ticket is by its reason and by words of loss or a wrong order. Source: DSK-3."""
    reason = REASONS.get(f"{category}.{sub_reason}")
    if reason is not None and reason.urgent:
        return "urgent"
    clean = plain(text)
    return "urgent" if _URGENT.search(clean) and not _NOT_URGENT.search(clean) else "normal"

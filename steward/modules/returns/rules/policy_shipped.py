"""The rules a new house begins with; the first version of the policy is made of them, the house changes its own.

Source: 消费者权益保护法 § 24 (quality), § 25 (seven days without a reason and what they do not cover);
网络购买商品七日无理由退货暂行办法 § 7 (hygiene), § 10 (counting); RET-1 (thirty days). Deadlines of marketplaces and
all amounts are first values for the house to set.
"""

from __future__ import annotations

from typing import Any

from steward.modules.returns.rules.policy_shapes import Kind, Rule, When

WEEK_H = 7 * 24
ANSWER_H = 48
MARKETS = ("tmall", "jd", "douyin", "wechat")
SMALL = {"CNY": 5_000, "USD": 1_000, "GBP": 800, "EUR": 900, "BRL": 4_000}
ORDINARY = {"CNY": 50_000, "USD": 8_000, "GBP": 6_000, "EUR": 7_000, "BRL": 40_000}
BACK: tuple[Kind, ...] = ("return_refund", "exchange")


def _rule(code: str, simplified: str, traditional: str, english: str, **facts: Any) -> Rule:
    return Rule(code=code, labels={"zh-hans": simplified, "zh-hant": traditional, "en": english}, **facts)


SHIPPED: tuple[Rule, ...] = (
    _rule(
        "marketplace_deadline",
        "平台订单：48 小时内答复",
        "平台訂單：48 小時內答覆",
        "Marketplace orders: answer within 48 hours",
        outcome="frame",
        when=When(platforms=MARKETS),
        answer_within_h=ANSWER_H,
        return_within_h=WEEK_H,
    ),
    _rule(
        "lost_on_the_way",
        "包裹丢失：退款或补发",
        "包裹丟失：退款或補發",
        "Lost on the way: money back or sent again",
        when=When(kinds=("refund_only", "reship"), reasons=("lost",)),
        within_days=90,
        since="placed",
        automatic=SMALL,
    ),
    _rule(
        "not_here_yet",
        "尚未签收：请先取消订单或拒收",
        "尚未簽收：請先取消訂單或拒收",
        "Not delivered yet: cancel the order or turn the parcel away",
        outcome="refuse",
        when=When(delivered=False),
        why="not_delivered",
    ),
    _rule(
        "fresh_spoilt",
        "生鲜坏损：48 小时内凭照片退款或补发",
        "生鮮壞損：48 小時內憑照片退款或補發",
        "Fresh goods spoilt: money back or sent again within two days, by pictures",
        when=When(
            kinds=("refund_only", "reship"), faults=("merchant", "carrier"), return_classes=("fresh",), delivered=True
        ),
        within_days=2,
        pictures=2,
        automatic=ORDINARY,
    ),
    _rule(
        "pieces_missing",
        "少件漏发：补发或退款",
        "少件漏發：補發或退款",
        "Pieces missing: sent again or money back",
        when=When(kinds=("refund_only", "reship"), reasons=("missing",)),
        within_days=7,
        pictures=1,
        automatic=SMALL,
    ),
    _rule(
        "damaged_small",
        "运输破损小额：凭照片免退货",
        "運輸破損小額：憑照片免退貨",
        "Damaged on the way, of small value: nothing has to come back",
        when=When(
            kinds=("refund_only", "reship"), reasons=("damaged",), currency="CNY", price_below_minor=SMALL["CNY"]
        ),
        within_days=7,
        pictures=2,
        automatic={"CNY": SMALL["CNY"]},
    ),
    _rule(
        "damaged",
        "运输破损：7 天内凭照片",
        "運輸破損：7 天內憑照片",
        "Damaged on the way: within seven days, by pictures",
        when=When(kinds=(*BACK, "reship"), reasons=("damaged",)),
        within_days=7,
        pictures=2,
        advance="trusted",
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "sent_wrongly",
        "发错或与描述不符：30 天",
        "發錯或與描述不符：30 天",
        "Sent wrongly or not as described: thirty days",
        when=When(kinds=(*BACK, "reship"), reasons=("wrong_delivery",)),
        within_days=30,
        pictures=1,
        advance="trusted",
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "quality",
        "质量问题：30 天退换",
        "品質問題：30 天退換",
        "Quality: money back or exchange within thirty days",
        when=When(kinds=BACK, reasons=("quality",)),
        within_days=30,
        pictures=1,
        advance="trusted",
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "came_late",
        "送达太晚：7 天内退货",
        "送達太晚：7 天內退貨",
        "Came too late: back within seven days",
        when=When(kinds=("return_refund",), reasons=("late",)),
        within_days=7,
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "repair_in_warranty",
        "保修期内维修：免费",
        "保固期內維修：免費",
        "Repair within the warranty: free of charge",
        when=When(kinds=("repair",), reasons=("quality",), warranty="within"),
        freight="merchant",
        return_within_h=2 * WEEK_H,
    ),
    _rule(
        "repair_after_warranty",
        "保修期外维修：先报价，运费自理",
        "保固期外維修：先報價，運費自理",
        "Repair after the warranty: by quote, freight by the customer",
        when=When(kinds=("repair",), warranty="over"),
        freight="customer",
        return_within_h=2 * WEEK_H,
    ),
    _rule(
        "law_excludes",
        "定作、鲜活易腐、数字化商品、报刊：不适用无理由退货",
        "客製、易腐、數位商品、報刊：不適用無理由退貨",
        "Custom made, perishable, digital goods and press: no return without a reason",
        outcome="refuse",
        when=When(faults=("customer",), return_classes=("custom_made", "fresh", "digital", "press")),
        why="excluded",
    ),
    _rule(
        "hygiene_opened",
        "贴身、入口商品已拆封：不适用无理由退货",
        "貼身、入口商品已拆封：不適用無理由退貨",
        "Hygiene goods that were opened: no return without a reason",
        outcome="refuse",
        when=When(faults=("customer",), return_classes=("hygiene",), opened=True),
        why="opened",
    ),
    _rule(
        "final_sale",
        "清仓、临期特卖：购买时已告知不退",
        "清倉、即期特賣：購買時已告知不退",
        "Final sale: agreed on purchase",
        outcome="refuse",
        when=When(faults=("customer",), return_classes=("final_sale",)),
        why="final_sale",
    ),
    _rule(
        "size_exchange",
        "尺寸不合适：30 天内换货，运费商家承担",
        "尺寸不合適：30 天內換貨，運費商家承擔",
        "Does not fit: exchange within thirty days, freight on us",
        when=When(kinds=("exchange",), reasons=("size",)),
        within_days=30,
        freight="merchant",
        advance="trusted",
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "seven_days",
        "七天无理由退货",
        "七天無理由退貨",
        "Seven days without a reason",
        when=When(kinds=BACK, faults=("customer",)),
        within_days=7,
        return_within_h=WEEK_H,
        automatic=ORDINARY,
    ),
    _rule(
        "thirty_days_unopened",
        "30 天承诺：未拆封",
        "30 天承諾：未拆封",
        "Thirty-day promise: unopened",
        when=When(kinds=BACK, faults=("customer",), opened=False),
        within_days=30,
        return_within_h=WEEK_H,
        automatic=SMALL,
    ),
    _rule(
        "thirty_days_opened",
        "30 天承诺：已拆封，收一成折旧",
        "30 天承諾：已拆封，收一成折舊",
        "Thirty-day promise: opened, a tenth is kept",
        when=When(kinds=BACK, faults=("customer",), opened=True),
        within_days=30,
        restocking_permille=100,
        return_within_h=WEEK_H,
    ),
)

"""The rule set a new house starts with. Weights and limits were set by judgement, fitted on no data set.

How they were thought: what one person may do alone weighs little (a good customer orders often), what ties many
customers together weighs much (one device, one account, one address), and haste between sign-up and order weighs most.
Nothing but haste, a blocked value or a ring of customers holds an order by itself.
"""

from __future__ import annotations

from steward.modules.orders.rules.screening_sets import Rule, RuleSet

MIN_S, HOUR_S, DAY_S = 60, 3_600, 86_400
MONTH_S = 30 * DAY_S
HOLD_AT = 50

ORDERS_TEXT = {
    "zh-hans": "同一{signal}在{window}内下了 {count} 单（上限 {limit}）",
    "zh-hant": "同一{signal}在{window}內下了 {count} 單（上限 {limit}）",
    "en": "{count} orders by the same {signal} within {window} (limit {limit})",
}
CUSTOMERS_TEXT = {
    "zh-hans": "{window}内有 {count} 位不同客户使用同一{signal}（上限 {limit}）",
    "zh-hant": "{window}內有 {count} 位不同客戶使用同一{signal}（上限 {limit}）",
    "en": "{count} different customers share the same {signal} within {window} (limit {limit})",
}
SIGNUP_TEXT = {
    "zh-hans": "注册后 {time} 就下单（界限 {limit}）",
    "zh-hant": "註冊後 {time} 就下單（界限 {limit}）",
    "en": "Ordered {time} after signing up (limit {limit})",
}
AMOUNT_TEXT = {
    "zh-hans": "金额 {value}，远高于该客户以往 {count} 单的平均 {mean}（超过 {percent}%）",
    "zh-hant": "金額 {value}，遠高於該客戶以往 {count} 單的平均 {mean}（超過 {percent}%）",
    "en": "{value} is far above the average {mean} of this customer's {count} earlier orders (over {percent} %)",
}
QUANTITY_TEXT = {
    "zh-hans": "共 {value} 件，远高于该客户以往 {count} 单的平均 {mean} 件（超过 {percent}%）",
    "zh-hant": "共 {value} 件，遠高於該客戶以往 {count} 單的平均 {mean} 件（超過 {percent}%）",
    "en": "{value} pieces, far above the average {mean} of this customer's {count} earlier orders (over {percent} %)",
}
FIRST_TEXT = {
    "zh-hans": "首次下单，金额 {value} 不低于 {limit}",
    "zh-hant": "首次下單，金額 {value} 不低於 {limit}",
    "en": "A first order of {value}, at least {limit}",
}
BLOCK_TEXT = {
    "zh-hans": "{signal}在黑名单中",
    "zh-hant": "{signal}在黑名單中",
    "en": "The {signal} is blocked",
}
ALLOW_TEXT = {
    "zh-hans": "{signal}在白名单中",
    "zh-hant": "{signal}在白名單中",
    "en": "The {signal} is trusted",
}
FORWARDING_TEXT = {
    "zh-hans": "收货地址是已知的转运点",
    "zh-hant": "收貨地址是已知的轉運點",
    "en": "The address is a known forwarding point",
}


def _orders(code: str, signal: str, window_s: int, limit: int, weight: int) -> Rule:
    return Rule(code, "orders_in_window", weight, ORDERS_TEXT, signal, window_s, limit)  # type: ignore[arg-type]


def _customers(code: str, signal: str, window_s: int, limit: int, weight: int) -> Rule:
    return Rule(code, "customers_in_window", weight, CUSTOMERS_TEXT, signal, window_s, limit)  # type: ignore[arg-type]


SHIPPED = RuleSet(
    hold_at=HOLD_AT,
    rules=(
        Rule("blocked", "block_list", 100, BLOCK_TEXT),
        Rule("trusted", "allow_list", 0, ALLOW_TEXT),
        Rule("forwarding_point", "forwarding", 30, FORWARDING_TEXT),
        Rule("signup_minute", "signup_age", 40, SIGNUP_TEXT, limit=MIN_S),
        Rule("signup_hour", "signup_age", 15, SIGNUP_TEXT, limit=HOUR_S),
        _customers("device_2_customers", "device", MONTH_S, 2, 10),
        _customers("device_3_customers", "device", MONTH_S, 3, 20),
        _customers("device_5_customers", "device", MONTH_S, 5, 25),
        _customers("account_2_customers", "payment_account", MONTH_S, 2, 25),
        _customers("account_4_customers", "payment_account", MONTH_S, 4, 25),
        _customers("ip_4_customers", "ip", DAY_S, 4, 15),
        _customers("ip_10_customers", "ip", DAY_S, 10, 15),
        _customers("phone_3_customers", "phone", MONTH_S, 3, 15),
        _customers("address_4_customers", "address", MONTH_S, 4, 10),
        _orders("customer_6_a_day", "customer", DAY_S, 6, 10),
        _orders("phone_6_a_day", "phone", DAY_S, 6, 5),
        _orders("address_8_a_day", "address", DAY_S, 8, 5),
        _orders("device_5_an_hour", "device", HOUR_S, 5, 20),
        _orders("account_5_an_hour", "payment_account", HOUR_S, 5, 15),
        _orders("ip_20_an_hour", "ip", HOUR_S, 20, 15),
        Rule("amount_above_own", "amount_outlier", 15, AMOUNT_TEXT, limit=500, history=3),
        Rule("quantity_above_own", "quantity_outlier", 10, QUANTITY_TEXT, limit=500, history=3),
        Rule("first_order_large", "first_order", 10, FIRST_TEXT, limit=300_000, currency="CNY"),
    ),
)

"""Which messages there are, what each may say, and whom it is for.

The placeholders are a contract with the modules that send: they are code. The texts, channels and times are rows that
people change in the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

ValueKind = Literal["text", "words", "money", "instant", "date", "number", "secret"]
Audience = Literal["customer", "staff"]

LOCALES = ("zh-hans", "zh-hant", "en")
CUSTOMER_CHANNELS = ("sms", "email")
IN_APP = "in_app"
SIGN_IN = "sign_in_code"
CHANNELS = (*CUSTOMER_CHANNELS, IN_APP)
WITH_SUBJECT = frozenset({"email", IN_APP})
NOTICE_KINDS = ("clock", "approval", "exception", "money", "system")


class Placeholder(Struct, frozen=True):
    """One fact a text may name, of which kind, and an example of it."""

    name: str
    kind: ValueKind
    sample: Any
    optional: bool = False


class Kind(Struct, frozen=True):
    """One kind of message.

    `mandatory`: law or contract asks for it, so nobody can switch it off for themselves. `link_purpose`: the signed
    link it carries. `needs_link`: without the link it makes no sense.
    """

    code: str
    audience: Audience
    placeholders: tuple[Placeholder, ...]
    mandatory: bool = False
    link_purpose: str = ""
    needs_link: bool = False

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the channels it has texts for; staff read one text in the console and as an e-mail."""
        return CUSTOMER_CHANNELS if self.audience == "customer" else (IN_APP,)

    @property
    def names(self) -> dict[str, Placeholder]:
        """Return every placeholder a text of this kind may name, those that are looked up included."""
        own = {one.name: one for one in (*self.placeholders, NAME, HOUSE)}
        return own | ({LINK.name: LINK} if self.link_purpose or self.audience == "staff" else {})


NAME = Placeholder("name", "text", "梅子")
HOUSE = Placeholder("house", "text", "Steward")
LINK = Placeholder("link", "text", "https://shop.example/p/…")
LOOKED_UP = frozenset({"name", "house", "link"})
NUMBER = Placeholder("order_number", "text", "SO-2026-000123")
SUBJECT = Placeholder("subject", "text", "SO-2026-000123")
REFUND = Placeholder("subject", "text", "RF-2026-000042")
TICKET = Placeholder("subject", "text", "TK-2026-000007")
COLLEAGUE = Placeholder("colleague", "text", "王丽")
SAID = Placeholder("words", "text", "请看一下")
ABOUT = Placeholder("about", "text", "包裹还没到")
AT = "2026-03-02T10:00:00+00:00"


def _money(name: str) -> Placeholder:
    return Placeholder(name, "money", {"minor": 19_900, "currency": "CNY"})


def _words(name: str, hans: str, hant: str, english: str) -> Placeholder:
    return Placeholder(name, "words", {"zh-hans": hans, "zh-hant": hant, "en": english})


def _of_order(code: str, *more: Placeholder, mandatory: bool = False, **facts: Any) -> Kind:
    return Kind(code, "customer", (NUMBER, *more), mandatory, **({"link_purpose": "order"} | facts))


# Mandatory: the order's confirmation, its end, the way out of a delay and money given back are owed to the buyer
# whatever they chose (E-Commerce Law of the PRC art. 49, 57; Consumer Protection Law art. 24; Directive 2011/83/EU
# art. 8(7), 18). The others are a service.
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        _of_order("order_received", _money("total"), mandatory=True),
        _of_order("order_paid", _money("paid")),
        _of_order("payment_reminder", _money("open"), Placeholder("pay_before", "instant", AT)),
        _of_order("order_cancelled", _words("cause", "超时未付款", "逾時未付款", "not paid in time"), mandatory=True),
        _of_order(
            "stock_offer",
            _words("goods", "双人帐篷", "雙人帳篷", "Tent for two"),
            Placeholder("answer_before", "instant", AT),
            mandatory=True,
            link_purpose="stock_offer",
            needs_link=True,
        ),
        _of_order(
            "order_shipped",
            _words("carrier", "顺丰速运", "順豐速運", "SF Express"),
            Placeholder("tracking_number", "text", "SF1234567890123"),
        ),
        _of_order(
            "order_partly_shipped",
            _words("carrier", "顺丰速运", "順豐速運", "SF Express"),
            Placeholder("tracking_number", "text", "SF1234567890123"),
        ),
        _of_order("order_out_for_delivery", _words("carrier", "顺丰速运", "順豐速運", "SF Express")),
        _of_order(
            "order_delayed",
            _words("cause", "快件途中停留较久", "快件途中停留較久", "the parcel rests longer than usual"),
            Placeholder(
                "expected",
                "words",
                {
                    "zh-hans": "预计 3 月 5 日送达。",
                    "zh-hant": "預計 3 月 5 日送達。",
                    "en": "It should arrive on 5 March.",
                },
                optional=True,
            ),
            mandatory=True,
        ),
        _of_order("order_delivered"),
        _of_order("refund_paid", _money("refunded"), mandatory=True),
        _of_order(
            "case_news",
            Placeholder("case_number", "text", "RMA-2026-000012"),
            _words(
                "news",
                "已同意，请在 3 月 9 日前寄回。",
                "已同意，請在 3 月 9 日前寄回。",
                "We agree. Please send it back by 9 March.",
            ),
            mandatory=True,
        ),
        _of_order("refund_late", _money("refund"), mandatory=True),
        Kind(
            "appointment_reminder",
            "customer",
            (
                Placeholder("starts_at", "instant", AT),
                Placeholder("station", "text", "杭州西湖服务站"),
                Placeholder("address", "text", "文三路 90 号"),
                _words("service", "维修", "維修", "Repair"),
                Placeholder("code", "text", "7K3M-9Q4X"),
            ),
        ),
        Kind("follow_up", "customer", (TICKET, ABOUT), link_purpose="follow_up", needs_link=True),
        Kind("form_received", "customer", ()),
        Kind(
            SIGN_IN,
            "customer",
            (Placeholder("code", "secret", "482 915"), Placeholder("minutes", "number", 10)),
            mandatory=True,
        ),
        Kind(
            "clock_warned",
            "staff",
            (SUBJECT, _words("clock", "审核", "審核", "Audit"), Placeholder("due_at", "instant", AT)),
        ),
        Kind(
            "clock_breached",
            "staff",
            (SUBJECT, _words("clock", "审核", "審核", "Audit"), Placeholder("due_at", "instant", AT)),
        ),
        Kind(
            "clock_escalated",
            "staff",
            (SUBJECT, _words("clock", "审核", "審核", "Audit"), Placeholder("due_at", "instant", AT)),
        ),
        *(
            Kind(
                code,
                "staff",
                (
                    SUBJECT,
                    _words("clock", "审核", "審核", "Audit"),
                    Placeholder("due_at", "instant", AT),
                    Placeholder("colleague", "text", "林芳"),
                ),
            )
            for code in ("clock_taken_over", "clock_handed_on", "clock_left_over")
        ),
        Kind(
            "approval_asked",
            "staff",
            (
                SUBJECT,
                _words("what", "退款 ¥199.00", "退款 ¥199.00", "Refund of ¥199.00"),
                Placeholder("asked_by", "text", "林芳"),
                Placeholder("answer_before", "instant", AT, optional=True),
            ),
        ),
        Kind(
            "exception_opened",
            "staff",
            (SUBJECT, _words("what", "已付款但迟迟未审核", "已付款但遲遲未審核", "Paid but not approved")),
        ),
        Kind(
            "surge_called",
            "staff",
            (
                Placeholder("subject", "text", "订单高峰"),
                _words("queue", "待审核", "待審核", "To audit"),
                Placeholder("waiting", "number", 320),
            ),
        ),
        Kind("ticket_back", "staff", (TICKET, ABOUT)),
        *(
            Kind(
                code,
                "staff",
                (TICKET, Placeholder("colleague", "text", "王丽"), Placeholder("words", "text", "请看一下")),
            )
            for code in ("ticket_named", "ticket_given", "ticket_first_owner")
        ),
        Kind(
            "ticket_advice",
            "staff",
            (TICKET, Placeholder("colleague", "text", "赵敏"), Placeholder("advice", "text", "先道歉")),
        ),
        Kind("quality_result", "staff", (TICKET, Placeholder("percent", "number", 86))),
        Kind("quality_appeal", "staff", (TICKET, COLLEAGUE, SAID)),
        Kind("quality_verdict", "staff", (TICKET, Placeholder("percent", "number", 86), SAID)),
        Kind("coaching_given", "staff", (TICKET, COLLEAGUE, SAID, Placeholder("due", "date", "2026-03-09"))),
        Kind(
            "ticket_news",
            "staff",
            (TICKET, _words("what", "客户有新消息", "客戶有新訊息", "new words of the customer")),
        ),
        Kind("refund_stuck", "staff", (REFUND, Placeholder("since", "instant", AT))),
        Kind("refund_lapsed", "staff", (REFUND, NUMBER)),
        Kind(
            "stock_low",
            "staff",
            (
                Placeholder("subject", "text", "GAS-230"),
                Placeholder("warehouse", "text", "杭州仓"),
                Placeholder("position", "number", 12),
                Placeholder("reorder_point", "number", 40),
            ),
        ),
        Kind(
            "stocktake_sheet",
            "staff",
            (
                Placeholder("subject", "text", "ST-2026-000012"),
                Placeholder("warehouse", "text", "杭州仓"),
                Placeholder("zone", "text", "冷藏区"),
                Placeholder("lines", "number", 24),
            ),
        ),
        Kind(
            "stock_differs",
            "staff",
            (
                Placeholder("subject", "text", "GAS-230"),
                Placeholder("place", "text", "杭州仓 · 可售"),
                Placeholder("stands", "number", 12),
                Placeholder("ledger", "number", 13),
            ),
        ),
        Kind(
            "stock_expired",
            "staff",
            (
                Placeholder("subject", "text", "鲜奶酪 · 0301"),
                Placeholder("warehouse", "text", "杭州仓"),
                Placeholder("pieces", "number", 6),
            ),
        ),
        Kind(
            "write_off_ended",
            "staff",
            (
                SUBJECT,
                _words("outcome", "已报损", "已報損", "Written off"),
                Placeholder("pieces", "number", 6),
                Placeholder("note", "text", "看过实物", optional=True),
            ),
        ),
        Kind(
            "holidays_missing",
            "staff",
            (Placeholder("subject", "text", "办公时间"), Placeholder("year", "number", 2027)),
        ),
        Kind(
            "complaint_call",
            "staff",
            (Placeholder("subject", "text", "CP-2026-000004"), Placeholder("at", "instant", AT)),
        ),
        Kind("call_ringing", "staff", (Placeholder("subject", "text", "梅** 138****5521"),)),
        Kind("webhook_disabled", "staff", (SUBJECT, Placeholder("failures", "number", 10))),
    )
}


def sample_values(kind: Kind) -> dict[str, Any]:
    """Give an example of everything a text of the kind may name."""
    return {name: one.sample for name, one in kind.names.items()}


def param_faults(kind: Kind, params: Mapping[str, Any]) -> list[str]:
    """Name what is wrong with the facts handed over for a message: missing, unknown, of another kind."""
    wanted = {one.name: one for one in kind.placeholders}
    faults = [f"unknown: {name}" for name in params if name not in wanted]
    for name, one in wanted.items():
        if params.get(name) is None:
            faults += [] if one.optional else [f"missing: {name}"]
        elif not _fits(one.kind, params[name]):
            faults.append(f"not {one.kind}: {name}")
    return faults


def _fits(kind: ValueKind, value: Any) -> bool:
    if kind == "money":
        return (
            isinstance(value, Mapping)
            and isinstance(value.get("minor"), int)
            and isinstance(value.get("currency"), str)
        )
    if kind == "words":
        return isinstance(value, Mapping) and all(isinstance(word, str) for word in value.values()) and bool(value)
    if kind == "secret":
        return isinstance(value, Mapping) and isinstance(value.get("sealed"), str)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)

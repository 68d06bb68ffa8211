"""What the sample merchant takes back: kinds of goods, warranties, its own rules, and what it asks before a request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from steward.modules.returns.commands import backtests
from steward.modules.returns.commands.policies import save_policy
from steward.modules.returns.commands.reasons import save_reason
from steward.modules.returns.queries.policies import active_policy, all_reasons
from steward.modules.returns.rules.reasons import ReasonDraft
from steward.sample.people import Crew

# Category → the SKUs under it; by their beginning where they have one in common.
CATEGORIES = {
    "camp/tents": ("TENT-", "TARP-"),
    "camp/sleeping": ("BAG-", "PAD-", "PILLOW"),
    "camp/furniture": ("CHAIR-", "TABLE-", "CART"),
    "camp/kitchen": ("POT-", "STOVE-", "GRILL", "KNIFE-", "BOTTLE-", "FLASK-", "COOLER-"),
    "camp/small": ("ROPE-", "PEG-", "FIRSTAID"),
    "camp/sets": ("KIT-",),
    "hike/packs": ("PACK-",),
    "hike/gear": ("POLE-", "RAINCOAT", "GAITER"),
    "fuel": ("GAS-", "ALCOHOL-", "CHARCOAL"),
    "power/light": ("LAMP-", "HEADLAMP"),
    "power/stations": ("POWER-", "SOLAR-"),
    "power/devices": ("RADIO-", "GPS-", "FRIDGE-"),
    "food/dry": ("COFFEE-", "TEA-", "NUTS-", "JERKY", "NOODLE-", "BAR-", "HONEY", "MOONCAKE"),
    "food/chilled": ("CHEESE", "HAM", "STEAK", "SALMON", "YOGURT", "ICE-"),
}
# Why goods are not taken back without a reason: chilled food spoils, what one eats or sleeps in stays closed.
RETURN_CLASSES = {"food/chilled": "fresh", "food/dry": "hygiene"}
OWN_RETURN_CLASS = {"PILLOW": "hygiene", "FIRSTAID": "hygiene", "POT-CAST": "final_sale", "MOONCAKE": "fresh"}
# Units: months.
WARRANTY_MONTHS = {"power/light": 12, "power/stations": 24, "power/devices": 24, "camp/tents": 12, "hike/packs": 12}
SERIALISED = ("power/stations", "power/devices")
PROPOSED_DAYS = 90
SEASON: dict[str, Any] = {
    "code": "camping_season",
    "labels": {
        "zh-hans": "露营季承诺：帐篷天幕未拆封 60 天",
        "zh-hant": "露營季承諾：帳篷天幕未拆封 60 天",
        "en": "Camping season: tents and tarps unopened, sixty days",
    },
    "when": {
        "kinds": ["return_refund", "exchange"],
        "faults": ["customer"],
        "categories": ["camp/tents"],
        "opened": False,
    },
    "within_days": 60,
    "return_within_h": 168,
    "automatic": {"CNY": 30_000},
}
POWER: dict[str, Any] = {
    "code": "power_new_for_old",
    "labels": {
        "zh-hans": "户外电源：15 天内故障先行换新",
        "zh-hant": "戶外電源：15 天內故障先行換新",
        "en": "Power stations: a new one at once where they fail within fifteen days",
    },
    "when": {"kinds": ["exchange"], "reasons": ["defective"], "categories": ["power/stations"]},
    "within_days": 15,
    "freight": "merchant",
    "advance": "always",
    "pictures": 1,
    "videos": 1,
    "return_within_h": 168,
}


class Wish(Struct, frozen=True):
    """What a customer of the sample might want, in their words."""

    kind: str
    reason: str
    words: str
    opened: bool | None = None
    pictures: int = 0
    videos: int = 0


WISHES = (
    Wish("return_refund", "no_reason", "买多了，没拆封，想退掉。", opened=False),
    Wish("return_refund", "size", "比想象的大，车里放不下。", opened=True),
    Wish("exchange", "size", "想换大一号的。", opened=True),
    Wish("exchange", "defective", "充满电也只能用半小时。", opened=True, pictures=2, videos=1),
    Wish("repair", "defective", "用了几个月，开关接触不良。", opened=True, pictures=1, videos=1),
    Wish("return_refund", "flawed", "缝线开了，照片在附件。", opened=True, pictures=3),
    Wish("reship", "damaged", "外箱压扁，里面碎了。", opened=True, pictures=3),
    Wish("refund_only", "damaged", "到手就漏了，不值得寄回。", opened=True, pictures=2),
    Wish("refund_only", "expired", "日期只剩一周了。", opened=False, pictures=2),
    Wish("return_refund", "wrong_item", "订的是双人的，来的是单人的。", opened=False, pictures=1),
    Wish("reship", "missing", "少了一包地钉。", opened=True, pictures=1),
    Wish("refund_only", "lost", "物流十天没动静了。"),
    Wish("return_refund", "late", "活动都结束了才到。", opened=False),
)


def category_of(sku: str) -> str:
    """Return the category of an article."""
    return next((path for path, starts in CATEGORIES.items() if sku.startswith(starts)), "")


def facts_of(sku: str) -> dict[str, Any]:
    """State what after-sales has to know of an article, as the catalogue takes it."""
    category = category_of(sku)
    return {
        "category": category,
        "return_class": OWN_RETURN_CLASS.get(sku, RETURN_CLASSES.get(category, "")),
        "warranty_months": WARRANTY_MONTHS.get(category, 0),
        "serialised": category in SERIALISED,
    }


def set_up(crew: Crew) -> None:
    """Put the house's own rules in force, and let it ask before goods that fail come back."""
    manager = crew.first("after_sales_manager")
    active = active_policy()
    rules: list[dict[str, Any]] = [*msgspec.to_builtins(active.rules)]
    places = [rule["code"] for rule in rules]
    rules.insert(places.index("seven_days") + 1, SEASON)
    rules.insert(places.index("quality"), POWER)
    save_policy(manager, rules=rules, note="露营季承诺与户外电源先行换新", expected_version=active.version)
    defective = next(one for one in all_reasons() if one.code == "defective")
    draft = {
        "labels": dict(defective.labels),
        "fault": defective.fault,
        "parent": defective.parent,
        "position": defective.position,
        "questions": QUESTIONS,
    }
    save_reason(manager, code="defective", draft=msgspec.convert(draft, ReasonDraft))


def try_proposal(crew: Crew, now: datetime) -> None:
    """Try on past cases what it would mean to ask for a video of everything that fails."""
    rules = msgspec.to_builtins(active_policy().rules)
    proposed = [rule | {"videos": 1} if rule["code"] == "quality" else rule for rule in rules]
    id_ = backtests.request_backtest(
        crew.first("after_sales_manager"),
        rules=proposed,
        from_date=(now - timedelta(days=PROPOSED_DAYS)).date(),
        to_date=now.date(),
        later=False,
    )
    backtests.run_backtest(backtest_id=id_, now=now)


QUESTIONS: list[dict[str, Any]] = [
    {
        "code": "charged",
        "kind": "yes_no",
        "labels": {
            "zh-hans": "已用原装线连续充电 4 小时以上了吗？",
            "zh-hant": "已用原廠線連續充電 4 小時以上了嗎？",
            "en": "Did you charge it for more than four hours with its own cable?",
        },
        "categories": ["power"],
        "guidance": [
            {
                "answer": "no",
                "kind": "tutorial",
                "words": {
                    "zh-hans": "新机首次请用原装线充满再用，绿灯常亮即充满。",
                    "zh-hant": "新機首次請用原廠線充滿再用，綠燈恆亮即充滿。",
                    "en": "Charge a new one fully with its own cable first; the green light stays on when it is full.",
                },
            }
        ],
    },
    {
        "code": "light",
        "kind": "choice",
        "labels": {"zh-hans": "指示灯是什么样？", "zh-hant": "指示燈是什麼樣？", "en": "What does the light do?"},
        "categories": ["power"],
        "choices": [
            {"code": "off", "labels": {"zh-hans": "不亮", "zh-hant": "不亮", "en": "It stays off"}},
            {"code": "red", "labels": {"zh-hans": "红灯闪", "zh-hant": "紅燈閃", "en": "It blinks red"}},
            {"code": "green", "labels": {"zh-hans": "绿灯", "zh-hant": "綠燈", "en": "It is green"}},
        ],
        "guidance": [
            {
                "answer": "red",
                "kind": "remote",
                "words": {
                    "zh-hans": "红灯闪是过热保护：静置半小时后，技术支持可远程帮您复位。",
                    "zh-hant": "紅燈閃是過熱保護：靜置半小時後，技術支援可遠端幫您重設。",
                    "en": "Blinking red means too hot: leave it for half an hour, then support resets it with you.",
                },
            }
        ],
    },
    {
        "code": "what",
        "kind": "text",
        "labels": {"zh-hans": "哪里不能用？", "zh-hant": "哪裡不能用？", "en": "What does not work?"},
    },
]

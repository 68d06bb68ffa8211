"""Who works at the sample merchant: one person to sign in as for every role, and the colleagues on three shifts."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from steward.sample import names

# Known to everybody who reads this: fit for a demonstration on one's own machine and for nothing else.
PASSWORD = "steward-demo-2026"  # noqa: S105
CREW_SEED = 20_260_507  # the crew stays the same whatever the orders are drawn from

# role | user name | name; the first is whom a visitor should try first
SIGN_INS = """
after_sales_manager | wangli | 王丽
order_clerk | linfang | 林芳
order_checker | chenyu | 陈宇
customer_service | zhoujing | 周静
warehouse | sunhao | 孙浩
logistics_coordinator | luoqiang | 罗强
finance | zhengmin | 郑敏
technical_support | hewei | 何伟
supervisor | zhaolan | 赵岚
data_analyst | xunuo | 许诺
trainer | xierong | 谢蓉
it_operator | wufan | 吴凡
market_researcher | caohui | 曹慧
administrator | yangfan | 杨帆
"""

COLLEAGUES = {
    "after_sales_manager": 1,
    "order_clerk": 4,
    "order_checker": 3,
    "customer_service": 11,
    "warehouse": 6,
    "logistics_coordinator": 1,
    "finance": 1,
    "technical_support": 1,
}
OTHER_LANGUAGES = ("zh-hant", "en")
ABROAD = (("anna.weber", "Anna Weber"), ("jonas.klein", "Jonas Klein"), ("sofia.rossi", "Sofia Rossi"))


class Member(Struct, frozen=True):
    """One person of the staff."""

    username: str
    name: str
    role: str
    locale: str = "zh-hans"
    time_zone: str = ""

    @property
    def email(self) -> str:
        """Return an address that reaches nobody."""
        return f"{self.username}@example.com"


def sign_ins() -> list[Member]:
    """List the people a visitor may sign in as, one per role."""
    rows = [[cell.strip() for cell in line.split("|")] for line in SIGN_INS.strip().splitlines()]
    return [Member(username, name, role) for role, username, name in rows]


def colleagues() -> list[Member]:
    """List everybody else; two of customer service read another language."""
    rng = Random(CREW_SEED)
    taken = {member.username for member in sign_ins()}
    others = iter(OTHER_LANGUAGES)
    found = []
    for role, count in COLLEAGUES.items():
        for _ in range(count):
            drawn = names.name(rng)
            while drawn.typed in taken:
                drawn = names.name(rng)
            taken.add(drawn.typed)
            locale = next(others, "zh-hans") if role == "customer_service" else "zh-hans"
            found.append(Member(drawn.typed, drawn.written, role, locale))
    return found


def abroad() -> list[Member]:
    """List the colleagues in Berlin, who answer customers in English and German."""
    return [Member(username, name, "customer_service", "en", "Europe/Berlin") for username, name in ABROAD]

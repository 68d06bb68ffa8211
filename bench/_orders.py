"""Orders for the load: the reference's spread of customers and goods, with recipients, phones and addresses."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec

SKUS = 10_000
CUSTOMERS = 60_000
PLACES = [
    ("浙江省", "杭州市", "西湖区", "文三路"),
    ("浙江省", "宁波市", "鄞州区", "中山东路"),
    ("广东省", "广州市", "天河区", "体育西路"),
    ("广东省", "深圳市", "南山区", "科苑路"),
    ("四川省", "成都市", "武侯区", "人民南路"),
    ("北京市", "北京市", "朝阳区", "建国路"),
    ("上海市", "上海市", "浦东新区", "世纪大道"),
    ("江苏省", "南京市", "鼓楼区", "中央路"),
]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊洋艳"


def order(rng: random.Random, number: str, skus: int = SKUS) -> dict[str, Any]:
    """Make one order of three lines; the same customer always has the same phone."""
    customer = rng.randint(1, CUSTOMERS)
    province, city, district, street = PLACES[customer % len(PLACES)]
    name = SURNAMES[customer % 10] + GIVEN[customer // 10 % 10]
    third = skus // 3
    units = rng.randint(1, 3)
    lines = [rng.randint(1, third), rng.randint(third + 1, 2 * third), rng.randint(2 * third + 1, skus)]
    return {
        "shop": "own",
        "external_number": number,
        "placed_at": "2026-11-22T08:00:00+08:00",
        "currency": "CNY",
        "buyer": {"external_id": f"c{customer}", "name": name},
        "recipient": {
            "name": name,
            "phone": f"138{customer:08d}",
            "province": province,
            "city": city,
            "district": district,
            "street": f"{street}{customer % 300}号{rng.randint(1, 30)}栋{rng.randint(100, 999)}室",
        },
        "lines": [{"sku": f"SKU-{n}", "quantity": units, "unit_price_minor": 1000 + n % 90 * 100} for n in lines],
    }


def bodies(count: int, seed: str, skus: int = SKUS) -> Iterator[tuple[str, bytes]]:
    """Make (number, JSON) of many orders; numbers never repeat between seeds."""
    rng = random.Random(seed)
    for index in range(count):
        number = f"{seed}-{index}"
        yield number, msgspec.json.encode(order(rng, number, skus))

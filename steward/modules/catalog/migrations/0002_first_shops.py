"""Name the shops that shipped mappings expect, and the item that stands for goods a source never names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

# code, name, platform, currency, country, time zone, pool of stock
SHOPS = (
    ("tmall", "天猫旗舰店", "tmall", "CNY", "CN", "Asia/Shanghai", "main"),
    ("jd", "京东自营店", "jd", "CNY", "CN", "Asia/Shanghai", "main"),
    ("douyin", "抖音小店", "douyin", "CNY", "CN", "Asia/Shanghai", "main"),
    ("own", "品牌商城", "own", "CNY", "CN", "Asia/Shanghai", "main"),
    ("wechat", "微信小店", "wechat", "CNY", "CN", "Asia/Shanghai", "main"),
    ("retail", "UK wholesale", "retail", "GBP", "GB", "Europe/London", "retail"),
    ("olist", "Olist marketplace", "olist", "BRL", "BR", "America/Sao_Paulo", "olist"),
    ("superstore", "US store", "superstore", "USD", "US", "America/New_York", "superstore"),
)
NAMES = ("code", "name", "platform", "currency", "country", "time_zone", "pool")
UNNAMED = {
    "sku": "NOT-SUPPLIED",
    "name_zh": "来源未提供商品",
    "name_en": "Goods not named by the source",
    "stocked": False,
}


def shops() -> Iterator[Row]:
    """Name the shops."""
    return (dict(zip(NAMES, shop, strict=True)) for shop in SHOPS)


class Migration(migrations.Migration):
    """Shops and the stand-in item."""

    dependencies: ClassVar = [("catalog", "0001_initial")]
    operations: ClassVar = [FirstRows("Shop", shops), FirstRows("Item", lambda: [UNNAMED])]

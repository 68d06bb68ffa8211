"""Name the shops that shipped mappings expect, and the item that stands for goods a source never names."""

from django.db import migrations

SHOPS = [
    ("tmall", "天猫旗舰店", "tmall", "CNY", "CN", "Asia/Shanghai"),
    ("jd", "京东自营店", "jd", "CNY", "CN", "Asia/Shanghai"),
    ("douyin", "抖音小店", "douyin", "CNY", "CN", "Asia/Shanghai"),
    ("own", "品牌商城", "own", "CNY", "CN", "Asia/Shanghai"),
    ("wechat", "微信小店", "wechat", "CNY", "CN", "Asia/Shanghai"),
    ("retail", "UK wholesale", "retail", "GBP", "GB", "Europe/London"),
    ("olist", "Olist marketplace", "olist", "BRL", "BR", "America/Sao_Paulo"),
    ("superstore", "US store", "superstore", "USD", "US", "America/New_York"),
]


def seed(apps, schema_editor):
    """Create the shops and the stand-in item."""
    shop, item = apps.get_model("catalog", "Shop"), apps.get_model("catalog", "Item")
    for code, name, platform, currency, country, time_zone in SHOPS:
        shop.objects.create(
            code=code, name=name, platform=platform, currency=currency, country=country, time_zone=time_zone,
            pool=code if country != "CN" else "main",
        )
    item.objects.create(sku="NOT-SUPPLIED", name_zh="来源未提供商品", name_en="Goods not named by the source", stocked=False)


class Migration(migrations.Migration):
    """Seed."""

    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]

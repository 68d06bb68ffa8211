"""What the sample merchant sells and how much of it lies in the warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from steward.modules.catalog.commands import ItemDraft
from steward.sample import after_sales

# Restricted circulation numbers of GS1: they are nobody's article outside this shop.
BARCODE_PREFIX = "200"

# sku | Chinese | English | storage | price in yuan | weight in g | usual quantity | popularity | season | stock
# Season: a all year, s summer, w winter, g gifts. Stock: n plenty, else pieces in the one warehouse that has any.
TABLE = """
TENT-1 | 单人徒步帐篷 | Hiking tent for one | ambient | 299 | 1600 | 4 | 4 | s | n
TENT-2 | 双人帐篷 | Tent for two | ambient | 399 | 2600 | 4 | 9 | s | n
TENT-4 | 四人家庭帐篷 | Family tent for four | ambient | 899 | 5400 | 3 | 5 | s | n
TENT-SNOW | 四季高山帐篷 | Four-season mountain tent | ambient | 2680 | 3200 | 2 | 1 | w | n
TARP-3 | 天幕 3×4 米 | Tarp 3 by 4 m | ambient | 239 | 1500 | 4 | 6 | s | n
BAG-DOWN | 羽绒睡袋 零下 10 度 | Down sleeping bag, −10 °C | ambient | 759 | 1200 | 3 | 3 | w | n
BAG-LIGHT | 轻量睡袋 10 度 | Light sleeping bag, 10 °C | ambient | 219 | 800 | 4 | 5 | s | n
PAD-AIR | 充气睡垫 | Inflatable sleeping pad | ambient | 189 | 620 | 4 | 6 | s | n
PAD-FOAM | 蛋巢防潮垫 | Folding foam pad | ambient | 89 | 420 | 6 | 7 | s | n
PILLOW | 充气枕 | Inflatable pillow | ambient | 49 | 110 | 6 | 6 | a | n
CHAIR-MOON | 月亮椅 | Moon chair | ambient | 169 | 1400 | 8 | 9 | s | n
CHAIR-LOW | 矮脚折叠椅 | Low folding chair | ambient | 119 | 1900 | 8 | 7 | s | n
TABLE-EGG | 蛋卷桌 | Roll-top table | ambient | 229 | 3600 | 3 | 6 | s | n
CART | 露营推车 | Camp wagon | ambient | 299 | 9800 | 2 | 4 | s | n
PACK-45 | 徒步背包 45 升 | Hiking pack, 45 l | ambient | 459 | 1500 | 3 | 5 | a | n
PACK-22 | 轻便背包 22 升 | Day pack, 22 l | ambient | 199 | 560 | 4 | 7 | a | n
POLE-CARB | 碳素登山杖（对） | Carbon trekking poles, pair | ambient | 289 | 430 | 4 | 4 | a | n
BOTTLE-1 | 户外水壶 1 升 | Water bottle, 1 l | ambient | 79 | 210 | 8 | 8 | a | n
FLASK-05 | 保温杯 500 毫升 | Vacuum flask, 500 ml | ambient | 129 | 320 | 8 | 6 | w | n
POT-SET | 钛合金套锅 | Titanium pot set | ambient | 329 | 280 | 3 | 4 | a | n
POT-CAST | 铸铁荷兰锅 | Cast-iron Dutch oven | ambient | 379 | 6200 | 2 | 2 | w | 1
STOVE-MINI | 迷你气炉 | Mini gas stove | ambient | 139 | 95 | 4 | 7 | a | n
STOVE-WIND | 防风一体炉 | Windproof integrated stove | ambient | 369 | 480 | 3 | 5 | a | n
GRILL | 便携烧烤架 | Portable grill | ambient | 199 | 3100 | 3 | 5 | s | n
KNIFE-FORK | 折叠餐具三件套 | Folding cutlery, set of three | ambient | 39 | 90 | 10 | 6 | a | n
ROPE-20 | 反光风绳 20 米 | Reflective guy line, 20 m | ambient | 29 | 120 | 10 | 4 | a | n
PEG-10 | 铝合金地钉 10 支 | Aluminium pegs, ten | ambient | 45 | 160 | 8 | 5 | a | n
RAINCOAT | 三合一雨披 | Three-in-one poncho | ambient | 99 | 380 | 6 | 4 | s | n
GAITER | 雪套 | Gaiters | ambient | 89 | 210 | 4 | 2 | w | n
FIRSTAID | 户外急救包 | First-aid kit | ambient | 119 | 450 | 4 | 4 | a | n
GAS-230 | 高山气罐 230 克 | Gas canister, 230 g | hazardous | 30 | 380 | 12 | 10 | a | n
GAS-450 | 高山气罐 450 克 | Gas canister, 450 g | hazardous | 45 | 660 | 12 | 6 | a | n
GAS-LONG | 长气罐 250 克 四支 | Cartridge 250 g, pack of four | hazardous | 36 | 1500 | 12 | 6 | a | n
ALCOHOL-1 | 固体酒精 1 千克 | Solid fuel, 1 kg | hazardous | 26 | 1050 | 10 | 4 | a | n
CHARCOAL | 机制果木炭 3 千克 | Fruitwood charcoal, 3 kg | hazardous | 39 | 3050 | 8 | 5 | s | n
LAMP-LED | 充电营地灯 | Rechargeable camp lamp | ambient | 159 | 410 | 5 | 7 | a | n
HEADLAMP | 头灯 800 流明 | Headlamp, 800 lumens | ambient | 189 | 95 | 5 | 6 | a | n
POWER-500 | 户外电源 500 瓦时 | Power station, 500 Wh | hazardous | 1999 | 6200 | 2 | 4 | s | n
POWER-1K | 户外电源 1000 瓦时 | Power station, 1,000 Wh | hazardous | 3699 | 11500 | 2 | 2 | s | n
SOLAR-100 | 折叠太阳能板 100 瓦 | Folding solar panel, 100 W | ambient | 1099 | 4200 | 2 | 2 | s | 1
RADIO-2 | 手持对讲机（对） | Hand-held radios, pair | ambient | 359 | 420 | 3 | 3 | a | n
GPS-WATCH | 户外定位手表 | Outdoor GPS watch | ambient | 1599 | 60 | 2 | 3 | g | n
FRIDGE-20 | 车载冰箱 20 升 | Car fridge, 20 l | ambient | 1299 | 9600 | 2 | 2 | s | 0
COOLER-24 | 保温箱 24 升 | Cool box, 24 l | ambient | 269 | 3400 | 3 | 4 | s | n
COFFEE-DRIP | 挂耳咖啡 10 包 | Drip coffee, ten bags | ambient | 59 | 130 | 10 | 9 | a | n
COFFEE-BEAN | 云南咖啡豆 454 克 | Yunnan coffee beans, 454 g | ambient | 88 | 470 | 6 | 6 | a | n
TEA-LONGJING | 明前龙井 100 克 | Longjing tea, 100 g | ambient | 268 | 150 | 4 | 4 | g | n
TEA-PUER | 熟普洱茶饼 357 克 | Pu'er tea cake, 357 g | ambient | 198 | 380 | 4 | 3 | g | n
NUTS-MIX | 每日坚果 30 袋 | Daily nuts, 30 bags | ambient | 119 | 780 | 8 | 9 | g | n
JERKY | 风干牛肉 200 克 | Dried beef, 200 g | ambient | 69 | 220 | 10 | 8 | a | n
NOODLE-HOT | 自热米饭 6 盒 | Self-heating rice, six boxes | ambient | 99 | 2400 | 6 | 6 | a | n
BAR-ENERGY | 能量棒 12 条 | Energy bars, twelve | ambient | 79 | 600 | 10 | 7 | a | n
HONEY | 秦岭土蜂蜜 500 克 | Qinling honey, 500 g | ambient | 98 | 720 | 6 | 4 | w | n
CHEESE | 鲜奶酪 250 克（冷藏） | Fresh cheese, 250 g, chilled | chilled | 49 | 270 | 10 | 5 | a | n
HAM | 切片火腿 300 克（冷藏） | Sliced ham, 300 g, chilled | chilled | 58 | 320 | 10 | 5 | a | n
STEAK | 原切牛排 5 片（冷藏） | Beef steaks, five, chilled | chilled | 168 | 1050 | 6 | 6 | s | n
SALMON | 三文鱼 400 克（冷藏） | Salmon, 400 g, chilled | chilled | 128 | 450 | 6 | 4 | a | 2
YOGURT | 低温酸奶 12 杯（冷藏） | Yoghurt, twelve cups, chilled | chilled | 72 | 1900 | 8 | 6 | s | n
ICE-CREAM | 冰淇淋 8 支（冷冻） | Ice cream, eight, frozen | frozen | 89 | 900 | 6 | 3 | s | n
MOONCAKE | 流心月饼礼盒 | Mooncake gift box | ambient | 198 | 900 | 10 | 3 | g | 0
KIT-WEEKEND | 周末露营套装 | Weekend camping set: tent, pads, lamp | ambient | 799 | 4600 | 2 | 5 | s | n
KIT-BBQ | 烧烤套装 | Barbecue set: grill, charcoal, cutlery | ambient | 279 | 6300 | 2 | 4 | s | n
"""


# What keeps for a time only. Units: days from production, least days left when it reaches the buyer.
SHELF_LIFE = {
    "COFFEE-DRIP": (540, 90), "COFFEE-BEAN": (360, 60), "NUTS-MIX": (240, 45), "JERKY": (270, 60),
    "NOODLE-HOT": (300, 60), "BAR-ENERGY": (360, 60), "HONEY": (730, 90), "CHEESE": (60, 10), "HAM": (75, 12),
    "STEAK": (90, 15), "SALMON": (30, 5), "YOGURT": (35, 7), "ICE-CREAM": (540, 60), "MOONCAKE": (60, 15),
}  # fmt: skip
# What the bundles consist of: SKU → pieces.
BUNDLES: dict[str, dict[str, int]] = {
    "KIT-WEEKEND": {"TENT-2": 1, "PAD-FOAM": 2, "LAMP-LED": 1},
    "KIT-BBQ": {"GRILL": 1, "CHARCOAL": 2, "KNIFE-FORK": 4},
}


class Good(Struct, frozen=True):
    """One article as the sample knows it. Units: minor currency units (fen), grams, pieces."""

    sku: str
    name_zh: str
    name_en: str
    storage_class: str
    price_minor: int
    weight_g: int
    usual_quantity: int
    popularity: int
    season: str
    stock: int | None
    barcode: str

    @property
    def is_plentiful(self) -> bool:
        """Tell whether an ordinary order always finds it in stock."""
        return self.stock is None


def _barcode(place: int) -> str:
    """Write an EAN-13 with its check digit."""
    digits = f"{BARCODE_PREFIX}{place:09}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _rows() -> Iterator[Good]:
    for place, line in enumerate(TABLE.strip().splitlines(), 1):
        sku, zh, en, storage, price, weight, usual, popularity, season, stock = (
            cell.strip() for cell in line.split("|")
        )
        yield Good(
            sku=sku,
            name_zh=zh,
            name_en=en,
            storage_class=storage,
            price_minor=int(price) * 100,
            weight_g=int(weight),
            usual_quantity=int(usual),
            popularity=int(popularity),
            season=season,
            stock=None if stock == "n" else int(stock),
            barcode=_barcode(place),
        )


@lru_cache(maxsize=1)
def goods() -> tuple[Good, ...]:
    """List every article."""
    return tuple(_rows())


def scarce() -> list[Good]:
    """List the articles that run out."""
    return [good for good in goods() if not good.is_plentiful]


def catalogue() -> list[ItemDraft]:
    """Write the articles as the catalogue takes them."""
    return [
        ItemDraft(
            sku=good.sku,
            name_zh=good.name_zh,
            name_en=good.name_en,
            storage_class=good.storage_class,
            price_minor=good.price_minor,
            weight_g=good.weight_g,
            barcode=good.barcode,
            usual_quantity=good.usual_quantity,
            shelf_life_days=SHELF_LIFE.get(good.sku, (0, 0))[0],
            minimum_remaining_days=SHELF_LIFE.get(good.sku, (0, 0))[1],
            abc_class="A" if good.popularity >= 7 else "B" if good.popularity >= 4 else "C",
            **after_sales.facts_of(good.sku),
        )
        for good in goods()
    ]

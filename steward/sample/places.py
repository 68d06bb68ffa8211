"""Where the sample's customers live: real divisions, invented streets, telephone numbers of no one."""

from __future__ import annotations

from random import Random

from msgspec import Struct

# province | city | how many buyers, relative | districts
TABLE = """
浙江省 | 杭州市 | 14 | 西湖区 上城区 拱墅区 滨江区 余杭区 萧山区
浙江省 | 宁波市 | 5 | 海曙区 江北区 鄞州区
浙江省 | 温州市 | 3 | 鹿城区 瓯海区
江苏省 | 南京市 | 7 | 玄武区 建邺区 江宁区
江苏省 | 苏州市 | 7 | 姑苏区 吴中区 昆山市
江苏省 | 无锡市 | 3 | 梁溪区 滨湖区
上海市 | 上海市 | 12 | 徐汇区 浦东新区 闵行区 杨浦区
北京市 | 北京市 | 12 | 海淀区 朝阳区 丰台区 通州区
天津市 | 天津市 | 3 | 南开区 河西区
广东省 | 广州市 | 10 | 天河区 越秀区 海珠区 番禺区
广东省 | 深圳市 | 10 | 南山区 福田区 龙岗区
广东省 | 佛山市 | 3 | 禅城区 顺德区
福建省 | 厦门市 | 3 | 思明区 集美区
四川省 | 成都市 | 9 | 武侯区 青羊区 锦江区 双流区
四川省 | 绵阳市 | 2 | 涪城区 游仙区
重庆市 | 重庆市 | 5 | 渝中区 江北区 渝北区
湖北省 | 武汉市 | 6 | 武昌区 洪山区 江汉区
湖南省 | 长沙市 | 4 | 岳麓区 天心区
陕西省 | 西安市 | 4 | 雁塔区 碑林区
河南省 | 郑州市 | 4 | 金水区 二七区
山东省 | 青岛市 | 4 | 市南区 崂山区
山东省 | 济南市 | 3 | 历下区 槐荫区
辽宁省 | 沈阳市 | 2 | 和平区 铁西区
云南省 | 昆明市 | 2 | 五华区 官渡区
"""

STREETS = (
    *("云杉", "望潮", "青禾", "松涛", "白鹭", "晴川", "听雨", "拾光", "桂影", "枫林晚"),
    *("兰溪谷", "暖阳", "星野", "半山", "芦汀", "木樨", "海棠里", "秋水", "鹿鸣", "墨香"),
)
KINDS = ["路", "街", "大道", "巷"]
ESTATES = ["星河湾苑", "云栖雅居", "听松花园", "半岛名邸", "青禾里", "望潮公寓", "拾光小筑", "芦汀水岸"]

# Numbers that pass the checks and that the four zeros give away as samples.
PHONE_BLOCKS = ("1990000", "1780000", "1910000", "1660000")
PHONES = 10_000 * len(PHONE_BLOCKS)


class Place(Struct, frozen=True):
    """One address."""

    province: str
    city: str
    district: str
    street: str


def _cities() -> list[tuple[str, str, int, list[str]]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [(province, city, int(weight), districts.split()) for province, city, weight, districts in rows]


CITIES = _cities()


def place(rng: Random) -> Place:
    """Draw an address."""
    province, city, _weight, districts = rng.choices(CITIES, [row[2] for row in CITIES])[0]
    return Place(province, city, rng.choice(districts), street(rng))


def street(rng: Random) -> str:
    """Draw a street that does not exist."""
    road = f"{rng.choice(STREETS)}{rng.choice(KINDS)} {rng.randint(1, 398)} 号"
    if rng.random() < 0.6:
        block, stair, flat = rng.randint(1, 24), rng.randint(1, 3), f"{rng.randint(1, 28)}0{rng.randint(1, 4)}"
        return f"{road}{rng.choice(ESTATES)} {block} 幢 {stair} 单元 {flat} 室"
    return f"{road} {rng.randint(1, 9)} 幢 {rng.randint(1, 9)}0{rng.randint(1, 6)} 室"


def phone(place_: int) -> str:
    """Return the telephone number of the nth customer."""
    block, last = divmod(place_ % PHONES, 10_000)
    return f"{PHONE_BLOCKS[block]}{last:04}"

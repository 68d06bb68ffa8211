"""Shorten the names of administrative divisions the way people write them (杭州市 → 杭州, 景宁畲族自治县 → 景宁县)."""

PROVINCE_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港",
    "澳门特别行政区": "澳门",
}

# The 55 minority peoples as they stand in names of divisions, and the five that stand there without 族 as well.
_PEOPLES_LISTED = (
    "蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 "
    "白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 "
    "东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 "
    "毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 乌孜别克族 俄罗斯族 "
    "鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 "
    "珞巴族 基诺族 各族 多民族 民族 蒙古 哈萨克 柯尔克孜 锡伯 塔吉克"
)
_PEOPLES = tuple(_PEOPLES_LISTED.split())
_LAST_OF_PEOPLES = frozenset(people[-1] for people in _PEOPLES)

_AUTONOMOUS = {"自治州": "州", "自治县": "县", "自治旗": "旗"}
_LONG_SUFFIXES = ("地区", "林区", "特区", "新区")
_TOWN_SUFFIXES = ("街道办事处", "街道", "民族乡", "地区", "苏木", "镇", "乡")


def _without_peoples(name: str) -> str:
    shortened = name[-1:] in _LAST_OF_PEOPLES
    while shortened:
        shortened = False
        for people in _PEOPLES:
            if name.endswith(people) and len(name) - len(people) >= 2:
                name, shortened = name[: -len(people)], True
                break
    return name


def division_stem(name: str) -> str | None:
    """Compute the short form of a province, city or district name; None where nothing of two characters remains."""
    if name in PROVINCE_SHORT:
        return PROVINCE_SHORT[name]
    for suffix in _AUTONOMOUS:
        if name.endswith(suffix):
            return _without_peoples(name[: -len(suffix)])
    for suffix in _LONG_SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    if name[-1] in "省市区县旗盟" and len(name) >= 3:
        return name[:-1]
    return None


def short_full_name(name: str) -> str | None:
    """Compute the shortened name that keeps its rank (红河哈尼族彝族自治州 → 红河州); None where there is none."""
    for suffix, rank in _AUTONOMOUS.items():
        if name.endswith(suffix):
            return _without_peoples(name[: -len(suffix)]) + rank
    return None


def town_stem(name: str) -> str | None:
    """Compute the short form of a street or town name (良渚街道 → 良渚); None where less than two characters remain."""
    for suffix in _TOWN_SUFFIXES:
        if name.endswith(suffix):
            stem = _without_peoples(name[: -len(suffix)])
            return stem if len(stem) >= 2 else None
    return None

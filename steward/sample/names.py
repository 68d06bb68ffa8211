"""Names of people who do not exist: common family names and given names, combined by chance."""

from __future__ import annotations

from random import Random

from msgspec import Struct

FAMILY = """
王 wang 李 li 张 zhang 刘 liu 陈 chen 杨 yang 黄 huang 赵 zhao 吴 wu 周 zhou 徐 xu 孙 sun 马 ma 朱 zhu 胡 hu 郭 guo
何 he 林 lin 高 gao 罗 luo 郑 zheng 梁 liang 谢 xie 宋 song 唐 tang 许 xu 邓 deng 韩 han 冯 feng 曹 cao 彭 peng
曾 zeng 萧 xiao 田 tian 董 dong 潘 pan 袁 yuan 蔡 cai 蒋 jiang 余 yu 于 yu 杜 du 叶 ye 程 cheng 魏 wei 苏 su 吕 lü
"""

GIVEN = """
芳 fang 娜 na 敏 min 静 jing 丽 li 强 qiang 磊 lei 洋 yang 勇 yong 艳 yan 杰 jie 娟 juan 涛 tao 明 ming 超 chao
霞 xia 平 ping 刚 gang 桂兰 guilan 文博 wenbo 子涵 zihan 雨桐 yutong 思远 siyuan 嘉怡 jiayi 浩然 haoran 欣妍 xinyan
梓萱 zixuan 宇航 yuhang 晓东 xiaodong 春梅 chunmei 建国 jianguo 志强 zhiqiang 海燕 haiyan 立新 lixin 若琳 ruolin
家豪 jiahao 雅婷 yating 俊杰 junjie 佳慧 jiahui 天宇 tianyu 诗雨 shiyu 一鸣 yiming 书瑶 shuyao 国栋 guodong
慧敏 huimin 晨曦 chenxi 永康 yongkang 秋月 qiuyue 凯 kai 婷 ting 旭 xu 岚 lan 波 bo 莹 ying
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    """Pair each name with how it is typed."""
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


FAMILIES, GIVENS = _pairs(FAMILY), _pairs(GIVEN)


class Name(Struct, frozen=True):
    """A name as it is written and as it is typed."""

    written: str
    typed: str


def name(rng: Random) -> Name:
    """Draw a name; family names early in the list are the common ones."""
    weights = [len(FAMILIES) - place for place in range(len(FAMILIES))]
    family = rng.choices(FAMILIES, weights)[0]
    given = rng.choice(GIVENS)
    return Name(family[0] + given[0], (family[1] + given[1]).replace("ü", "v"))

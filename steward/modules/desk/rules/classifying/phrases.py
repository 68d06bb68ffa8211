"""The seed: how customers put each matter, written by ourselves; a line with {this|that} stands for every choice."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from msgspec import Struct

_CHOICE = re.compile(r"\{([^{}]*)\}")
_SECTION = re.compile(r"\[([a-z_]+)\]\s*$")
# What surrounds the matter in real messages and says nothing of it; {thing} is any article.
_OPENERS = {
    "zh": (
        "你好|您好|亲|在吗|请问|你好 我想问一下|客服|人工|订单号4400123|麻烦问下|不好意思|我买的{thing}|"
        "昨天买的{thing}|上周在你们这下单的{thing}|这个订单|我这个{thing}|刚刚下了一单{thing}|"
        "您好 我有个{thing}|这个{thing}|我们店订的{thing}|之前买过{thing}|是这样的 我|那个{thing}"
    ),
    "en": (
        "hi|hello|hey there|hi team|good morning|order 00123|excuse me|dear support|ok so|"
        "about the {thing} i bought:|i ordered a {thing}.|i have got a question,|i need help,|"
        "my {thing}:|could you help me?|i do not know what to do,|regarding my {thing},|"
        "i have a problem:"
    ),
}
_CLOSERS = {
    "zh": (
        "谢谢|急|在线等|麻烦了|订单4400123|拜托|怎么办|谢谢啦|帮忙看看|好吗|就是那个{thing}|"
        "我买的是{thing}|昨天就问过了|可以吗|你好|麻烦处理一下|能帮忙吗|今天就要|是{thing}"
    ),
    "en": (
        "thanks|please help|thank you|asap|order 00123|pls|can you help me?|need help|cheers|"
        "it's the {thing}|how can i do it?|i need assistance|what do i do?|for the {thing}|help me"
    ),
}
_THINGS = {
    "zh": (
        "手机|冰箱|洗衣机|空调|电视|电脑|耳机|键盘|鞋子|衣服|裤子|裙子|牛奶|奶粉|水果|零食|坚果|茶叶|"
        "纸巾|洗发水|面膜|口红|沙发|床垫|窗帘|台灯|锅|水杯|热水器|打印机|路由器|硬盘|显示器|手表|相机|"
        "玩具|书|行李箱|帐篷|自行车|猫粮|花|蛋糕|酒|话费|会员|行车记录仪|手机壳"
    ),
    "en": (
        "phone|fridge|laptop|chair|sofa|lamp|kettle|jacket|shoes|dress|book|watch|camera|headphones|"
        "printer|mattress|toy|bike|bag|tent|blender|tv|cake|wine|shampoo|item|article|product|purchase|"
        "order"
    ),
}
OPENERS, CLOSERS, THINGS = (
    {family: words.split("|") for family, words in table.items()} for table in (_OPENERS, _CLOSERS, _THINGS)
)
OPENED, CLOSED = 0.6, 0.4


class Phrase(Struct, frozen=True):
    """One line of the seed: whose matter it is, in which language, and the line itself. `line_id` groups its forms."""

    category: str
    sub_reason: str
    language: str
    text: str

    @property
    def key(self) -> str:
        """Name the pair of category and sub-reason."""
        return f"{self.category}.{self.sub_reason}"


def phrases_in(text: str, *, category: str, language: str) -> Iterator[Phrase]:
    """Read a file of the seed: `[sub_reason]` heads, one phrase a line. Raises: ValueError on a line before a head."""
    sub_reason = ""
    for line in text.splitlines():
        head = _SECTION.match(line)
        if head:
            sub_reason = head.group(1)
        elif line.strip():
            if not sub_reason:
                raise ValueError(f"{category}, {language}: “{line}” stands before any [sub-reason]")
            yield Phrase(category, sub_reason, language, line.strip())


def forms(phrase: Phrase, *, most: int, seed: int) -> list[str]:
    """Write a phrase out, at most so many ways, the same ones for the same seed; some with an opener or a closer."""
    chance = random.Random(f"{seed}:{phrase.text}")
    family = "en" if phrase.language == "en" else "zh"
    found: dict[str, None] = {}
    for turn in range(most * 2):
        text = _CHOICE.sub(lambda match: chance.choice(match.group(1).split("|")), phrase.text)
        found[" ".join((_surrounded(text, family, chance) if turn % most else text).split())] = None
        if len(found) == most:
            break
    return list(found)


def _surrounded(text: str, family: str, chance: random.Random) -> str:
    """Put before or behind a phrase what says nothing of its matter, so that nothing is learnt of it."""
    before = chance.choice(OPENERS[family]) if chance.random() < OPENED else ""
    after = chance.choice(CLOSERS[family]) if chance.random() < CLOSED else ""
    return f"{before} {text} {after}".replace("{thing}", chance.choice(THINGS[family]))

"""Short messages of one word that are wishes, not questions: no more of these, or again.

Source: CTIA Messaging Principles and Best Practices (opt-out words); 通信短信息服务管理规定 art. 18 (退订).
`CANCEL`, `END` and `QUIT` are not among them: here they may well mean an order.
"""

from __future__ import annotations

STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "TD", "T", "退订", "退訂", "拒收", "取消订阅", "取消訂閱"})
RESUMES = frozenset({"START", "UNSTOP", "恢复", "恢復", "重新订阅", "重新訂閱"})
AROUND = " \t\r\n.。!！,，;；\"'“”‘’【】[]()（）"


def stops(text: str) -> bool | None:
    """Tell whether a text stops short messages (True), lets them come again (False), or says something else (None)."""
    word = text.strip(AROUND).upper()
    if word in STOPS:
        return True
    return False if word in RESUMES else None

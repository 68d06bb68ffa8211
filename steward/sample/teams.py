"""The teams of the sample: who is in them, when they work, who is on call, and the calendars they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from steward.modules.people.commands import CalendarDraft, ShiftDraft, TeamDraft

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
OFFICE, WAREHOUSE, BERLIN_OFFICE, ALWAYS = "office-hangzhou", "warehouse-guangzhou", "office-berlin", "always"
Windows = tuple[tuple[int, int], ...]
MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)
TWO_SHIFTS: Windows = ((7 * 60, 15 * 60), (15 * 60, 23 * 60))
BERLIN_DAY: Windows = ((9 * 60, 17 * 60 + 30),)
FREE: Windows = ()

CALENDARS: Mapping[str, CalendarDraft] = {
    OFFICE: CalendarDraft(name="杭州办公室", week=[(MORNING, AFTERNOON)] * 5 + [FREE] * 2, country="CN"),
    WAREHOUSE: CalendarDraft(name="广州仓两班", week=[TWO_SHIFTS] * 7),
    BERLIN_OFFICE: CalendarDraft(name="柏林办公室", zone=BERLIN, week=[BERLIN_DAY] * 5 + [FREE] * 2, country="DE"),
}


class Plan(Struct, frozen=True, kw_only=True):
    """One team: its people by role (all of them, or the named ones), shifts, the pattern they follow."""

    draft: TeamDraft
    manager: str
    roles: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    shifts: Mapping[str, ShiftDraft] = {}
    pattern: Sequence[str] = ()
    pattern_name: str = ""
    all_together: bool = False
    on_call: int = 0


def with_manager(draft: TeamDraft, staff_id: int | None) -> TeamDraft:
    """Put the manager's id into a team."""
    return structs.replace(draft, manager_id=staff_id)


def _shift(name: str, start_h: float, end_h: float, tone: str) -> ShiftDraft:
    return ShiftDraft(name=name, start_min=int(start_h * 60), end_min=int(end_h * 60), tone=tone)


# The early people start after a free day: nobody goes from a late shift straight into a night.
ROUND_THE_CLOCK = ("early", "early", "late", "late", "", "night", "night", "")
TWO_SHIFT_CYCLE = ("early", "early", "early", "", "late", "late", "late", "")
WORKING_WEEK = ("day", "day", "day", "day", "day", "", "")

TEAMS: Mapping[str, Plan] = {
    "after-sales": Plan(draft=TeamDraft(name="售后服务部", languages=("zh",)), manager="zhaolan"),
    "service": Plan(
        draft=TeamDraft(name="客服一组", parent_code="after-sales", languages=("zh", "en"), minimum_on_duty=2),
        manager="wangli",
        roles=("customer_service",),
        shifts={
            "early": _shift("早班", 8, 16, "green"),
            "late": _shift("晚班", 16, 24, "blue"),
            "night": _shift("夜班", 0, 8, "grey"),
        },
        pattern=ROUND_THE_CLOCK,
        pattern_name="三班两休",
        on_call=4,
    ),
    "orders": Plan(
        draft=TeamDraft(
            name="订单审核组", parent_code="after-sales", calendar_code=OFFICE, languages=("zh",), minimum_on_duty=3
        ),
        manager="wangli",
        roles=("order_clerk", "order_checker"),
        shifts={"day": _shift("白班", 9, 18, "green"), "weekend": _shift("周末值班", 10, 16, "amber")},
        pattern=WORKING_WEEK,
        pattern_name="周一至周五",
        all_together=True,
    ),
    "warehouse-gz": Plan(
        draft=TeamDraft(
            name="广州仓", parent_code="after-sales", calendar_code=WAREHOUSE, languages=("zh",), minimum_on_duty=2
        ),
        manager="sunhao",
        roles=("warehouse",),
        shifts={"early": _shift("早班", 7, 15, "green"), "late": _shift("晚班", 15, 23, "blue")},
        pattern=TWO_SHIFT_CYCLE,
        pattern_name="三上一休",
    ),
    "support": Plan(
        draft=TeamDraft(
            name="技术与物流支持", parent_code="after-sales", calendar_code=OFFICE, languages=("zh",), minimum_on_duty=1
        ),
        manager="luoqiang",
        roles=("technical_support", "logistics_coordinator"),
        shifts={"day": _shift("白班", 9, 18, "green")},
        pattern=WORKING_WEEK,
        pattern_name="周一至周五",
        all_together=True,
        on_call=4,
    ),
    "international": Plan(
        draft=TeamDraft(
            name="国际客服（柏林）",
            parent_code="after-sales",
            calendar_code=BERLIN_OFFICE,
            time_zone=BERLIN,
            languages=("en", "de"),
            minimum_on_duty=1,
        ),
        manager="wangli",
        usernames=("anna.weber", "jonas.klein", "sofia.rossi"),
        shifts={"day": _shift("Day", 9, 17.5, "green")},
        pattern=WORKING_WEEK,
        pattern_name="Monday to Friday",
        all_together=True,
        on_call=3,
    ),
}

SKILLS: Mapping[str, str] = {
    "complaints": "投诉处理",
    "refunds": "退款",
    "tents": "帐篷与睡袋",
    "stoves": "炉具",
    "english": "英语",
    "german": "德语",
    "cantonese": "粤语",
}
ROLE_SKILLS: Mapping[str, tuple[str, ...]] = {
    "customer_service": ("complaints", "refunds", "tents", "stoves", "cantonese"),
    "technical_support": ("tents", "stoves"),
    "international": ("english", "german", "complaints"),
}

"""Seed the first score sheet and plan of quality review, their limits, and what agents and watchers are told."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

H = 3600
CRITERIA = (
    ("greeting", 5, False, ("问候与称呼", "問候與稱呼", "Greeting"), (
        "开场有礼，称呼得当，让客户知道有人在负责。", "開場有禮，稱呼得當，讓客戶知道有人在負責。",
        "Polite opening; the customer knows who looks after them.")),
    ("understanding", 15, False, ("理解诉求", "理解訴求", "Understands the matter"), (
        "抓住真正的问题，没有让客户重复说过的话。", "抓住真正的問題，沒有讓客戶重複說過的話。",
        "Finds the real question; nobody has to say things twice.")),
    ("accuracy", 20, True, ("信息准确", "資訊準確", "Says what is true"), (
        "政策、物流、金额都查实后再答；误导客户记 0 分。", "政策、物流、金額都查實後再答；誤導客戶記 0 分。",
        "Checked before it is said; misleading a customer gets no point.")),
    ("solution", 20, False, ("解决到底", "解決到底", "Solves it"), (
        "给出可行方案并办完，下一步和时间说得清楚。", "給出可行方案並辦完，下一步和時間說得清楚。",
        "A way that works, done to the end; what is next, and when.")),
    ("tone", 15, False, ("语气与同理心", "語氣與同理心", "Tone"), (
        "耐心真诚，先安抚情绪，不推诿、不敷衍。", "耐心真誠，先安撫情緒，不推諉、不敷衍。",
        "Patient and sincere; no excuses, no going through the motions.")),
    ("promptness", 10, False, ("响应及时", "回應及時", "Prompt"), (
        "按时限答复，等待中主动告知进展。", "按時限答覆，等待中主動告知進展。",
        "Answers in time, and tells how it stands while the customer waits.")),
    ("compliance", 10, True, ("合规与隐私", "合規與隱私", "Keeps the rules"), (
        "核实身份，不泄露他人信息，不越权承诺；违反记 0 分。", "核實身分，不洩露他人資訊，不越權承諾；違反記 0 分。",
        "Checks who asks, gives nothing of others away, promises nothing that is not theirs to promise.")),
    ("record", 5, False, ("记录完整", "紀錄完整", "Record"), (
        "分类、备注、关联订单齐全，接手的人看得懂。", "分類、備註、關聯訂單齊全，接手的人看得懂。",
        "Category, notes and order are there; whoever takes over understands.")),
)  # fmt: skip
LANGUAGES = ("zh-hans", "zh-hant", "en")
SHEET: Row = {
    "code": "service",
    "labels": dict(zip(LANGUAGES, ("客服会话质检表", "客服會話質檢表", "Conversations of customer service"), strict=True)),
    "criteria": [
        {
            "code": code,
            "weight": weight,
            "critical": critical,
            "labels": dict(zip(LANGUAGES, labels, strict=True)),
            "hints": dict(zip(LANGUAGES, hints, strict=True)),
        }
        for code, weight, critical, labels, hints in CRITERIA
    ],
}
PLAN: Row = {
    "code": "weekly",
    "name": "每周抽检",
    "sheet": "service",
    "mode": "count",
    "amount": 2,
    "weights": {"displeased": 4, "late": 3, "complaint": 3, "reopened": 2, "long": 1},
    "seed": "steward",
}
POLICIES: tuple[Row, ...] = (
    {
        "subject_kind": "quality_review",
        "clock_kind": "quality_review",
        "target_s": 72 * H,
        "responsible_role": "supervisor",
        "pausable": False,
        "warnings": [{"share": 0.7}],
        "ladder": [{"after_s": 0, "verb": "notify"}],
    },
    {
        "subject_kind": "quality_review",
        "clock_kind": "quality_decision",
        "target_s": 48 * H,
        "responsible_role": "supervisor",
        "pausable": False,
        "warnings": [{"share": 0.7}],
        "ladder": [{"after_s": 0, "verb": "manager", "whom": "after_sales_manager"}],
    },
)
HOURS = 168
TEXTS = {
    "quality_result": (
        ("{{subject}}：质检结果 {{percent}} 分", "你的这次服务已质检。可以认可，也可以申诉一次：{{link}}"),
        ("{{subject}}：質檢結果 {{percent}} 分", "你的這次服務已質檢。可以認可，也可以申訴一次：{{link}}"),
        ("{{subject}}: reviewed, {{percent}} points", "Your work was reviewed. Agree, or appeal once: {{link}}"),
    ),
    "quality_appeal": (
        ("{{subject}}：{{colleague}}对质检结果提出申诉", "{{words}}\n{{link}}"),
        ("{{subject}}：{{colleague}}對質檢結果提出申訴", "{{words}}\n{{link}}"),
        ("{{subject}}: {{colleague}} appeals against a review", "{{words}}\n{{link}}"),
    ),
    "quality_verdict": (
        ("{{subject}}：申诉已裁定，计 {{percent}} 分", "{{words}}\n{{link}}"),
        ("{{subject}}：申訴已裁定，計 {{percent}} 分", "{{words}}\n{{link}}"),
        ("{{subject}}: appeal decided, {{percent}} points", "{{words}}\n{{link}}"),
    ),
    "coaching_given": (
        ("{{subject}}：{{colleague}}给你安排了辅导", "{{words}}\n请在 {{due}} 前完成：{{link}}"),
        ("{{subject}}：{{colleague}}給你安排了輔導", "{{words}}\n請在 {{due}} 前完成：{{link}}"),
        ("{{subject}}: coaching by {{colleague}}", "{{words}}\nDue {{due}}: {{link}}"),
    ),
    "ticket_news": (
        ("{{subject}}：{{what}}", "你关注的工单有新动态：{{what}}\n{{link}}"),
        ("{{subject}}：{{what}}", "你關注的工單有新動態：{{what}}\n{{link}}"),
        ("{{subject}}: {{what}}", "News of a ticket you watch: {{what}}\n{{link}}"),
    ),
}  # fmt: skip


class Migration(migrations.Migration):
    """The first sheet, the first plan, two limits and five notices (DSK-11, DSK-1)."""

    dependencies: ClassVar = [
        ("desk", "0016_quality"),
        ("deadlines", "0004_clocks_by_hand"),
        ("messaging", "0005_inbound"),
    ]
    operations: ClassVar = [
        FirstRows("ScoreSheet", lambda: [SHEET]),
        FirstRows("QualityPlan", lambda: [PLAN]),
        FirstRows("deadlines.Policy", lambda: POLICIES),
        FirstRows(
            "messaging.MessageKind",
            lambda: [
                {"code": code, "channels": ["email"], "expires_after_h": HOURS, "waits_for_day": False}
                for code in TEXTS
            ],
        ),
        FirstRows(
            "messaging.Template",
            lambda: [
                {
                    "code": code,
                    "channel": "in_app",
                    "locale": locale,
                    "subject": subject,
                    "body": body,
                    "version": 1,
                    "saved_by": "system:seed",
                }
                for code, texts in TEXTS.items()
                for locale, (subject, body) in zip(LANGUAGES, texts, strict=True)
            ],
        ),
    ]

"""Tell staff whose work changed hands because its limit was missed, and which year's holidays are not known."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HOURS = 24
TEXTS = {
    "clock_taken_over": {
        "zh-hans": (
            "{{subject}}：{{clock}}改派给你",
            "“{{clock}}”的时限 {{due_at}} 已过，原负责人：{{colleague}}。现在由你接手，请马上处理。",
        ),
        "zh-hant": (
            "{{subject}}：{{clock}}改派給你",
            "「{{clock}}」的時限 {{due_at}} 已過，原負責人：{{colleague}}。現在由你接手，請馬上處理。",
        ),
        "en": (
            "{{subject}}: {{clock}} is yours now",
            "“{{clock}}” was due at {{due_at}}; it was with {{colleague}}. You take it over: please see to it now.",
        ),
    },
    "clock_handed_on": {
        "zh-hans": (
            "{{subject}}：{{clock}}已改派给{{colleague}}",
            "“{{clock}}”的时限 {{due_at}} 已过，系统已改派给{{colleague}}，你不用再处理。如有情况，请告诉对方。",
        ),
        "zh-hant": (
            "{{subject}}：{{clock}}已改派給{{colleague}}",
            "「{{clock}}」的時限 {{due_at}} 已過，系統已改派給{{colleague}}，你不用再處理。如有情況，請告訴對方。",
        ),
        "en": (
            "{{subject}}: {{clock}} went to {{colleague}}",
            "“{{clock}}” was due at {{due_at}}, so {{colleague}} takes it over. Please tell them what you know of it.",
        ),
    },
    "clock_left_over": {
        "zh-hans": (
            "{{subject}}：{{clock}}无人可接手",
            "“{{clock}}”的时限 {{due_at}} 已过，现在没有可接手的人在岗。原负责人：{{colleague}}。请安排人处理。",
        ),
        "zh-hant": (
            "{{subject}}：{{clock}}無人可接手",
            "「{{clock}}」的時限 {{due_at}} 已過，現在沒有可接手的人在崗。原負責人：{{colleague}}。請安排人處理。",
        ),
        "en": (
            "{{subject}}: nobody to take over {{clock}}",
            "“{{clock}}” was due at {{due_at}} and nobody who may do it is on duty. It was with {{colleague}}. "
            "Please find somebody.",
        ),
    },
    "holidays_missing": {
        "zh-hans": (
            "日历“{{subject}}”缺少 {{year}} 年放假安排",
            "{{year}} 年的放假和调休安排还不知道，时限会按普通周历计算。请在国务院通知发布后更新软件，或手工填写例外日期。",
        ),
        "zh-hant": (
            "日曆「{{subject}}」缺少 {{year}} 年放假安排",
            "{{year}} 年的放假和調休安排還不知道，時限會按普通週曆計算。請在國務院通知發布後更新軟體，或手動填寫例外日期。",
        ),
        "en": (
            "Calendar “{{subject}}” lacks the holidays of {{year}}",
            "Days off and make-up workdays of {{year}} are not known yet, so limits run by the plain week. Update the "
            "software once the notice is out, or enter the exceptions by hand.",
        ),
    },
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the kinds and their texts."""
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    for code, texts in TEXTS.items():
        kind.objects.create(code=code, channels=["email"], expires_after_h=HOURS, waits_for_day=False)
        for locale, (subject, body) in texts.items():
            template.objects.create(
                code=code,
                channel="in_app",
                locale=locale,
                version=1,
                subject=subject,
                body=body,
                saved_by="system:seed",
            )


class Migration(migrations.Migration):
    """Four kinds of notices."""

    dependencies: ClassVar = [("messaging", "0003_money_notices")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]

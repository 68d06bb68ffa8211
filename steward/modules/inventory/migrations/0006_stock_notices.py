"""Tell staff of stock that runs low, of balances that differ and of goods past their date."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HOURS = 72
TEXTS = {
    "stock_low": {
        "zh-hans": (
            "库存低于再订货点：{{subject}}",
            "{{warehouse}}：可用加在途 {{position}} 件，再订货点 {{reorder_point}} 件。请在补货页面处理。",
        ),
        "zh-hant": (
            "庫存低於再訂貨點：{{subject}}",
            "{{warehouse}}：可用加在途 {{position}} 件，再訂貨點 {{reorder_point}} 件。請在補貨頁面處理。",
        ),
        "en": (
            "Below its reorder point: {{subject}}",
            "{{warehouse}}: {{position}} pieces available and on their way, reorder point {{reorder_point}}.",
        ),
    },
    "stock_differs": {
        "zh-hans": ("库存账实核对不符：{{subject}}", "{{place}}：余额 {{stands}}，流水合计 {{ledger}}。请在库存核对页面查看。"),
        "zh-hant": ("庫存帳實核對不符：{{subject}}", "{{place}}：餘額 {{stands}}，流水合計 {{ledger}}。請在庫存核對頁面查看。"),
        "en": ("A balance differs: {{subject}}", "{{place}}: stands at {{stands}}, its ledger adds up to {{ledger}}."),
    },
    "stock_expired": {
        "zh-hans": ("已过期，转入隔离区：{{subject}}", "{{warehouse}}：{{pieces}} 件已过保质期，不再销售。"),
        "zh-hant": ("已過期，轉入隔離區：{{subject}}", "{{warehouse}}：{{pieces}} 件已過保質期，不再銷售。"),
        "en": ("Past its date, in quarantine: {{subject}}", "{{warehouse}}: {{pieces}} pieces are no longer for sale."),
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
    """Three kinds of notices."""

    dependencies: ClassVar = [("inventory", "0005_supply_and_planning"), ("messaging", "0003_money_notices")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]

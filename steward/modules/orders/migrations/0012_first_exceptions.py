"""Seed what is watched for, the first causes, the limits of exceptions, who may do what, and append-only rows."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from steward.modules.orders.rules.detectors import SHIPPED

HOUR = 3_600
MANAGER = "after_sales_manager"
# group: (its words, the causes in it), each in Simplified and Traditional Chinese and English
CAUSES = (
    ("customer", ("客户原因", "客戶原因", "The customer"), (
        ("customer_changed_mind", ("改变主意", "改變主意", "Changed their mind")),
        ("customer_address", ("地址填错或变更", "地址填錯或變更", "Wrong or changed address")),
        ("customer_unreachable", ("联系不上", "聯絡不上", "Could not be reached")),
        ("customer_twice", ("重复下单", "重複下單", "Ordered twice")),
    )),
    ("channel", ("渠道原因", "渠道原因", "The sales channel"), (
        ("channel_data", ("渠道数据错误", "渠道資料錯誤", "Wrong data of the channel")),
        ("channel_price", ("渠道价格未同步", "渠道價格未同步", "Price not in step")),
        ("channel_cancelled", ("渠道单方取消", "渠道單方取消", "Cancelled by the channel")),
    )),
    ("stock", ("库存原因", "庫存原因", "Stock"), (
        ("stock_count", ("库存数量不准", "庫存數量不準", "Stock was not what it said")),
        ("stock_late", ("到货延迟", "到貨延遲", "Goods came late")),
        ("stock_damaged", ("货损", "貨損", "Goods were damaged")),
    )),
    ("payment", ("支付原因", "支付原因", "Payment"), (
        ("payment_provider", ("支付渠道故障", "支付管道故障", "Fault of the payment provider")),
        ("payment_amount", ("金额不符", "金額不符", "Amounts differ")),
        ("payment_refund", ("退款受阻", "退款受阻", "Refund did not go through")),
    )),
    ("house", ("内部原因", "內部原因", "Our own work"), (
        ("house_entry", ("录入差错", "錄入差錯", "Entered wrong")),
        ("house_slow", ("处理不及时", "處理不及時", "Worked too late")),
        ("house_rule", ("规则设置不当", "規則設定不當", "A rule of ours did not fit")),
        ("house_system", ("系统故障", "系統故障", "Fault of the system")),
    )),
    ("other", ("其他", "其他", "Other"), (("other_cause", ("其他原因", "其他原因", "Another cause")),)),
)  # fmt: skip
LIMITS = (("", 100, [], 24), ("high", 20, "high", 4), ("urgent", 10, "urgent", 1))
VIEWERS = (
    "order_clerk",
    "order_checker",
    "customer_service",
    "finance",
    "logistics_coordinator",
    "warehouse",
    "supervisor",
    MANAGER,
)
RULES = "orders.exception_rules"
FUNCTION = """
CREATE FUNCTION orders_exception_note_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(NEW.id, NEW.case_id, NEW.at, NEW.actor, NEW.what, '')
        IS NOT DISTINCT FROM ROW(OLD.id, OLD.case_id, OLD.at, OLD.actor, OLD.what, NEW.text) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'notes of exceptions are only added to; their text can only be erased';
END $$;
CREATE TRIGGER orders_exception_note_kept BEFORE UPDATE ON orders_exception_note
    FOR EACH ROW EXECUTE FUNCTION orders_exception_note_append_only();
"""
UNDO = "DROP TRIGGER orders_exception_note_kept ON orders_exception_note; DROP FUNCTION orders_exception_note_append_only();"


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add detectors, causes and policies."""
    detector, cause = apps.get_model("orders", "Detector"), apps.get_model("orders", "Cause")
    policy = apps.get_model("deadlines", "Policy")
    for position, one in enumerate(SHIPPED, 1):
        detector.objects.create(
            code=one.code,
            position=position,
            severity=one.severity,
            responsible_role=one.role,
            limits=dict(one.limits),
        )
    position = 0
    for group, words, inside in CAUSES:
        position += 1
        parent = cause.objects.create(code=group, position=position, labels=_labels(words))
        for code, inner in inside:
            position += 1
            cause.objects.create(code=code, parent=parent, position=position, labels=_labels(inner))
    for code, rank, severity, hours in LIMITS:
        policy.objects.get_or_create(
            subject_kind="exception",
            clock_kind="exception_solve",
            code=code,
            version=1,
            defaults={
                "rank": rank,
                "condition": [{"fact": "severity", "op": "is", "value": severity}] if severity else [],
                "target_s": hours * HOUR,
                "responsible_role": MANAGER,
                "warnings": [{"share": 0.75}],
                "ladder": [{"after_s": 0, "verb": "notify"}, {"after_s": HOUR, "verb": "manager", "whom": MANAGER}],
            },
        )


def _labels(words: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("zh-hans", "zh-hant", "en"), words, strict=True))


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let those who answer for exceptions work them, and managers say what is watched for and how work goes."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=VIEWERS):
        wanted = ("orders.exceptions", RULES, "orders.process") if row.code == MANAGER else ("orders.exceptions",)
        for permission in wanted:
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Detectors, causes, limits, rights and the trigger."""

    dependencies: ClassVar = [
        ("orders", "0011_exceptions"),
        ("deadlines", "0004_limits_of_service"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION, UNDO),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]

"""Seed the trees of types and causes of complaints, whom to ask afterwards, and the question's texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

# code, parent, Simplified, Traditional, English, reasons of tickets that say so
TYPES = (
    ("product", "", "商品", "商品", "Product", ()),
    ("product_quality", "product", "商品质量", "商品品質", "Quality of goods", ()),
    ("product_wrong", "product", "发错或少件", "發錯或缺件", "Wrong or missing goods", ()),
    ("delivery", "", "配送", "配送", "Delivery", ()),
    ("delivery_late", "delivery", "配送延误", "配送延誤", "Late", ()),
    ("delivery_damage", "delivery", "破损丢失", "破損遺失", "Damaged or lost", ()),
    ("delivery_courier", "delivery", "配送员态度", "配送員態度", "Conduct of the courier", ()),
    ("service", "", "服务", "服務", "Service", ("customer_service.complaint",)),
    ("service_attitude", "service", "服务态度", "服務態度", "Conduct of staff", ("customer_service.attitude",)),
    ("service_slow", "service", "无人跟进", "無人跟進", "Nobody followed up", ()),
    ("price", "", "价格", "價格", "Price", ()),
    ("promise_broken", "", "承诺未兑现", "承諾未兌現", "Promise broken", ()),
    ("refund_delay", "", "退款延误", "退款延誤", "Refund delayed", ()),
    ("privacy", "", "隐私", "隱私", "Privacy", ()),
    ("outside", "", "外部转来", "外部轉來", "From outside", ()),
    ("outside_12315", "outside", "12315 转来", "12315 轉來", "Consumer authority (12315)", ()),
    ("outside_marketplace", "outside", "平台介入", "平台介入", "Marketplace", ()),
    ("outside_media", "outside", "媒体曝光", "媒體曝光", "Media", ()),
)
CAUSES = (
    ("goods", "", "商品", "商品", "Goods"),
    ("goods_batch", "goods", "批次质量", "批次品質", "Quality of a batch"),
    ("goods_design", "goods", "设计缺陷", "設計缺陷", "Design"),
    ("goods_supplier", "goods", "供应商", "供應商", "Supplier"),
    ("warehouse", "", "仓库", "倉庫", "Warehouse"),
    ("warehouse_pick", "warehouse", "拣货错误", "揀貨錯誤", "Picked wrongly"),
    ("warehouse_pack", "warehouse", "包装不当", "包裝不當", "Packed badly"),
    ("carrier", "", "承运商", "貨運商", "Carrier"),
    ("carrier_late", "carrier", "运输延误", "運輸延誤", "Late on the way"),
    ("carrier_damage", "carrier", "运输损坏", "運輸損壞", "Damaged on the way"),
    ("staff", "", "人员", "人員", "Staff"),
    ("staff_manner", "staff", "沟通方式", "溝通方式", "Manner"),
    ("staff_mistake", "staff", "操作失误", "操作失誤", "Mistake"),
    ("staff_knowledge", "staff", "业务不熟", "業務不熟", "Knowledge"),
    ("process", "", "流程", "流程", "Process"),
    ("process_handover", "process", "交接遗漏", "交接遺漏", "Handover lost"),
    ("process_rule", "process", "规则不清", "規則不清", "Rule unclear"),
    ("information", "", "信息有误", "資訊有誤", "Information wrong"),
    ("system", "", "系统故障", "系統故障", "System"),
    ("customer", "", "客户误解", "客戶誤解", "Misunderstanding"),
)
# code, rank, only complaints, priority, channel, hours after the solution, percent
POLICIES = (
    ("complaints", 10, True, "", "phone", 24, 100),
    ("urgent", 20, False, "urgent", "phone", 24, 100),
    ("usual", 100, False, "", "email", 24, 30),
)
CODE = "follow_up"
SMS = {
    "zh-hans": "【{{house}}】工单 {{subject}} 已处理完毕，您满意吗？请花半分钟告诉我们：{{link}}",
    "zh-hant": "【{{house}}】工單 {{subject}} 已處理完畢，您滿意嗎？請花半分鐘告訴我們：{{link}}",
    "en": "{{house}}: we closed {{subject}}. Are you satisfied? Half a minute, please: {{link}}",
}
EMAIL = {
    "zh-hans": (
        "工单 {{subject}}：您对处理结果满意吗？",
        "{{name}}，您好：\n\n您反映的“{{about}}”我们已经处理。请花半分钟告诉我们您是否满意：\n\n{{link}}\n\n"
        "不满意也请直说，我们会马上重新处理。\n\n{{house}}",
    ),
    "zh-hant": (
        "工單 {{subject}}：您對處理結果滿意嗎？",
        "{{name}}，您好：\n\n您反映的「{{about}}」我們已經處理。請花半分鐘告訴我們您是否滿意：\n\n{{link}}\n\n"
        "不滿意也請直說，我們會馬上重新處理。\n\n{{house}}",
    ),
    "en": (
        "{{subject}}: are you satisfied?",
        "Hello {{name}},\n\nWe have dealt with your matter “{{about}}”. Please tell us in half a minute whether you are "
        "satisfied:\n\n{{link}}\n\nIf you are not, say so: we take it up again at once.\n\n{{house}}",
    ),
}


def _labels(hans: str, hant: str, english: str) -> dict[str, str]:
    return {"zh-hans": hans, "zh-hant": hant, "en": english}


def types(*, of: bool) -> Iterator[Row]:
    """Write the roots of the types, or what branches off them."""
    for place, (code, parent, hans, hant, english, reasons) in enumerate(TYPES):
        if bool(parent) == of:
            row = {"code": code, "labels": _labels(hans, hant, english), "position": place, "reasons": list(reasons)}
            yield row | ({"parent": parent} if of else {})


def causes(*, of: bool) -> Iterator[Row]:
    """Write the roots of the causes, or what branches off them."""
    for place, (code, parent, *names) in enumerate(CAUSES):
        if bool(parent) == of:
            row = {"code": code, "labels": _labels(*names), "position": place}
            yield row | ({"parent": parent} if of else {})


def policies() -> Iterator[Row]:
    """Write whom to ask: complaints and urgent matters by phone, a part of the others by e-mail."""
    for code, rank, complaint, priority, channel, after_h, percent in POLICIES:
        yield {
            "code": code,
            "rank": rank,
            "complaint": complaint,
            "priority": priority,
            "channel": channel,
            "after_h": after_h,
            "sample_percent": percent,
        }


def kinds() -> Iterator[Row]:
    """Let the question wait for the day, and not be sent once it is old."""
    yield {"code": CODE, "channels": ["email", "sms"], "expires_after_h": 72, "waits_for_day": True}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """Rows of DSK-8 and DSK-9."""

    dependencies: ClassVar = [("desk", "0014_complaints"), ("messaging", "0012_order_senders")]
    operations: ClassVar = [
        FirstRows("ComplaintType", lambda: types(of=False)),
        FirstRows("ComplaintType", lambda: types(of=True), by={"parent": "code"}),
        FirstRows("ComplaintCause", lambda: causes(of=False)),
        FirstRows("ComplaintCause", lambda: causes(of=True), by={"parent": "code"}),
        FirstRows("FollowUpPolicy", policies),
        FirstRows("messaging.MessageKind", kinds),
        FirstRows("messaging.Template", texts),
    ]

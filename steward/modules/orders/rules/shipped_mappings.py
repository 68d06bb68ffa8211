"""The mappings that come with Steward, as data; a person may change a copy of them in the console."""

from __future__ import annotations

from typing import Any

TMALL: dict[str, Any] = {
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "country": "CN",
    "grouping": "row",
    "paid_is_net_of_refunds": True,
    "unknown_sku": "non_stock",
    "not_supplied": ["address", "buyer", "district", "goods", "phone", "recipient_name"],
    "fields": {
        "external_number": {"columns": ["订单编号", "订单号"]},
        "total": {"columns": ["总金额", "订单总金额"]},
        "paid": {"columns": ["买家实际支付金额", "实付金额"]},
        "province": {"columns": ["收货地址", "省份"]},
        "placed_at": {"columns": ["订单创建时间"], "formats": ["%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S"]},
        "paid_at": {"columns": ["订单付款时间"], "formats": ["%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S"]},
        "refund": {"columns": ["退款金额"]},
    },
}

OLIST: dict[str, Any] = {
    "time_zone": "America/Sao_Paulo",
    "currency": "BRL",
    "country": "BR",
    "grouping": "key",
    "order_level": "first",
    "unknown_sku": "create",
    "not_supplied": ["address", "district", "phone", "recipient_name"],
    "fields": {
        "external_number": {"columns": ["order_id"]},
        "placed_at": {"columns": ["order_purchase_timestamp"], "stand_ins": ["shipping_limit_date"]},
        "paid_at": {"columns": ["order_approved_at"], "optional": True},
        "paid": {"columns": ["payment_value"], "optional": True},
        "payment_method": {"columns": ["payment_type"], "optional": True},
        "buyer_id": {"columns": ["customer_unique_id", "customer_id"], "optional": True},
        "city": {"columns": ["customer_city"], "optional": True},
        "province": {"columns": ["customer_state"], "optional": True},
        "postcode": {"columns": ["customer_zip_code_prefix"], "optional": True},
        "sku": {"columns": ["product_id"], "optional": True},
        "title": {"columns": ["product_category_name_english", "product_category_name"], "optional": True},
        "unit_price": {"columns": ["price"], "optional": True},
        "line_shipping": {"columns": ["freight_value"], "optional": True},
    },
}

ONLINE_RETAIL: dict[str, Any] = {
    "time_zone": "Europe/London",
    "currency": "GBP",
    "country": "GB",
    "grouping": "key",
    "order_level": "first",
    "unknown_sku": "create",
    "not_supplied": ["address", "district", "payment", "phone", "recipient_name"],
    "cancellation": {"starts_with": "C"},
    "filters": [
        {
            "when": [{"column": "Quantity", "op": "<=", "value": "0"}],
            "reason": "库存调整，不是销售（数量为零或负数） / stock adjustment, no sale (quantity not above zero)",
        },
        {
            "when": [{"column": "UnitPrice", "op": "<", "value": "0"}],
            "reason": "账务调整，不是销售（单价为负数） / bookkeeping adjustment, no sale (negative price)",
        },
        {
            "when": [
                {"column": "UnitPrice", "op": "=", "value": "0"},
                {"column": "CustomerID", "op": "empty"},
            ],
            "reason": "库存调整，不是销售（无价格、无顾客） / stock adjustment, no sale (no price, no customer)",
        },
    ],
    "fields": {
        "external_number": {"columns": ["InvoiceNo", "Invoice"]},
        "placed_at": {"columns": ["InvoiceDate"], "formats": ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]},
        "sku": {"columns": ["StockCode"]},
        "title": {"columns": ["Description"]},
        "quantity": {"columns": ["Quantity"]},
        "unit_price": {"columns": ["UnitPrice", "Price"]},
        "buyer_id": {"columns": ["CustomerID", "Customer ID"]},
        "country": {
            "columns": ["Country"],
            "table": {
                "EIRE": "IE",
                "RSA": "ZA",
                "USA": "US",
                "UK": "GB",
                "Korea": "KR",
                "Hong Kong": "HK",
                "Czech Republic": "CZ",
                "Channel Islands": "GB",
                "West Indies": "ZZ",
                "European Community": "ZZ",
                "Unspecified": "ZZ",
            },
        },
    },
}

SUPERSTORE: dict[str, Any] = {
    "time_zone": "America/New_York",
    "currency": "USD",
    "country": "US",
    "grouping": "key",
    "order_level": "first",
    "unknown_sku": "create",
    "not_supplied": ["address", "district", "payment", "phone"],
    "fields": {
        "external_number": {"columns": ["Order ID"]},
        "placed_at": {"columns": ["Order Date"], "formats": ["%m/%d/%Y", "%d/%m/%Y"]},
        "buyer_id": {"columns": ["Customer ID"]},
        "buyer_name": {"columns": ["Customer Name"]},
        "recipient_name": {"columns": ["Customer Name"]},
        "country": {"columns": ["Country/Region", "Country"]},
        "province": {"columns": ["State/Province", "State"]},
        "city": {"columns": ["City"]},
        "postcode": {"columns": ["Postal Code"]},
        "sku": {"columns": ["Product ID"]},
        "title": {"columns": ["Product Name"]},
        "quantity": {"columns": ["Quantity"]},
        "line_total": {"columns": ["Sales"]},
    },
}

_TIMES = ["%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日"]

STEWARD: dict[str, Any] = {
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "country": "CN",
    "grouping": "key",
    "order_level": "agree",
    "unknown_sku": "reject",
    "fields": {
        "external_number": {"columns": ["订单编号", "order_number"]},
        "placed_at": {"columns": ["下单时间", "placed_at"], "formats": _TIMES},
        "status": {
            "columns": ["订单状态", "status"],
            "optional": True,
            "table": {"已取消": "set_aside", "交易关闭": "set_aside", "cancelled": "set_aside", "*": "take"},
        },
        "sku": {"columns": ["商品编码", "sku"]},
        "title": {"columns": ["商品名称", "title"], "optional": True},
        "quantity": {"columns": ["数量", "quantity"]},
        "unit_price": {"columns": ["单价", "unit_price"], "optional": True},
        "line_discount": {"columns": ["商品优惠", "line_discount"], "optional": True},
        "line_total": {"columns": ["商品小计", "line_total"], "optional": True},
        "shipping": {"columns": ["运费", "shipping"], "optional": True},
        "discount": {"columns": ["订单优惠", "order_discount"], "optional": True},
        "total": {"columns": ["订单总额", "total"], "optional": True},
        "buyer_id": {"columns": ["买家编号", "buyer_id"], "optional": True},
        "buyer_name": {"columns": ["买家姓名", "buyer_name"], "optional": True},
        "buyer_phone": {"columns": ["买家电话", "buyer_phone"], "optional": True},
        "buyer_email": {"columns": ["买家邮箱", "buyer_email"], "optional": True},
        "recipient_name": {"columns": ["收货人", "recipient_name"], "optional": True},
        "recipient_phone": {"columns": ["收货电话", "recipient_phone"], "optional": True},
        "country": {"columns": ["国家", "country"], "optional": True},
        "province": {"columns": ["省", "province"], "optional": True},
        "city": {"columns": ["市", "city"], "optional": True},
        "district": {"columns": ["区县", "district"], "optional": True},
        "address": {"columns": ["收货地址", "address"], "optional": True},
        "postcode": {"columns": ["邮编", "postcode"], "optional": True},
        "paid": {"columns": ["实付金额", "paid"], "optional": True},
        "paid_at": {"columns": ["付款时间", "paid_at"], "formats": _TIMES, "optional": True},
        "payment_method": {"columns": ["付款方式", "payment_method"], "optional": True},
        "payment_transaction": {"columns": ["付款流水号", "payment_transaction"], "optional": True},
        "refund": {"columns": ["退款金额", "refund"], "optional": True},
        "refunded_at": {"columns": ["退款时间", "refunded_at"], "formats": _TIMES, "optional": True},
        "note": {"columns": ["备注", "note"], "optional": True},
        "device_id": {"columns": ["设备编号", "device_id"], "optional": True},
        "ip": {"columns": ["IP 地址", "ip"], "optional": True},
        "payment_account": {"columns": ["付款账户", "payment_account"], "optional": True},
        "registered_at": {"columns": ["买家注册时间", "registered_at"], "formats": _TIMES, "optional": True},
    },
}

SHIPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "steward": ("Steward 模板 / Steward template", STEWARD),
    "tmall": ("天猫订单导出 / Tmall export", TMALL),
    "olist": ("Olist（订单或商品行） / Olist (orders or items)", OLIST),
    "online_retail": ("Online Retail（发票行） / Online Retail (invoice lines)", ONLINE_RETAIL),
    "superstore": ("Superstore（工作簿） / Superstore (workbook)", SUPERSTORE),
}

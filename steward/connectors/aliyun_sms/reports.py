"""Hear what Aliyun reports: a JSON list of final outcomes, known by the key in the address.

Source: https://help.aliyun.com/document_detail/101867.html
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest

from steward.connectors.aliyun_sms.carrier import NAME
from steward.connectors.report_key import keyed_list
from steward.modules.messaging.ports import DeliveryReport


class Told(msgspec.Struct, frozen=True):
    """One report. `biz_id` is what sending answered, `out_id` what we called it."""

    success: bool
    biz_id: str
    out_id: str = ""
    err_code: str = ""
    err_msg: str = ""


class AliyunReports:
    """Hears Aliyun's reports. Satisfies the port `ReportDoor`."""

    thanks: dict[str, Any] = {"code": 0, "msg": "OK"}

    def read(self, request: HttpRequest) -> list[DeliveryReport]:
        """Read the reports of a call. Raises: ForgedReport, UnreadableReport."""
        return [
            DeliveryReport(
                carrier=NAME,
                reference=one.biz_id,
                key=one.out_id,
                arrived=one.success,
                detail="" if one.success else f"{one.err_code} {one.err_msg}".strip(),
            )
            for one in keyed_list(request, NAME, Told)
        ]

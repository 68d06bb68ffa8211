"""Hear what Tencent Cloud reports: a JSON list of final outcomes, known by the key in the address.

Source: https://www.tencentcloud.com/zh/document/product/382/43547
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from django.http import HttpRequest

from steward.connectors.report_key import keyed_list
from steward.connectors.tencent_sms.carrier import NAME
from steward.modules.messaging.ports import DeliveryReport


class Told(msgspec.Struct, frozen=True):
    """One report. `sid` is the serial number that sending answered."""

    report_status: Literal["SUCCESS", "FAIL"]
    sid: str
    errmsg: str = ""
    description: str = ""


class TencentReports:
    """Hears Tencent Cloud's reports. Satisfies the port `ReportDoor`."""

    thanks: dict[str, Any] = {"result": 0, "errmsg": "OK"}

    def read(self, request: HttpRequest) -> list[DeliveryReport]:
        """Read the reports of a call. Raises: ForgedReport, UnreadableReport."""
        return [
            DeliveryReport(
                carrier=NAME,
                reference=one.sid,
                arrived=one.report_status == "SUCCESS",
                detail="" if one.report_status == "SUCCESS" else f"{one.errmsg} {one.description}".strip(),
            )
            for one in keyed_list(request, NAME, Told)
        ]

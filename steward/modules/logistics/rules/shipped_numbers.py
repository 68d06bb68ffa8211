"""The numberings a fresh house starts with. Source: the carriers' published formats; UPU standard S10."""

from __future__ import annotations

from steward.modules.logistics.rules.tracking_numbers import Numbering

_EVERY_OTHER = {"name": "mod10", "evens": 1, "odds": 2}
_THIRDS = {"name": "mod10", "evens": 3, "odds": 1}
_FEDEX = {"name": "weights", "weights": [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1], "first": 11, "then": 10}

SHIPPED = (
    Numbering("sf", "顺丰 SF", r"SF\d{13}(\d{2})?"),
    Numbering("yto", "圆通 YT", r"YT\d{13}|YT\d{15}"),
    Numbering("jd", "京东 JD", r"JD[A-Z]{0,3}\d{11,15}"),
    Numbering("jt", "极兔 JT", r"JT\d{13}"),
    Numbering("deppon", "德邦 DPK", r"DPK\d{12}(\d{2})?"),
    Numbering("zto", "中通", r"7[358]\d{12}"),
    Numbering("sto", "申通", r"77\d{13}"),
    Numbering("yunda", "韵达", r"4[36]\d{13}"),
    Numbering("ems", "邮政 EMS 国内", r"1[0-3]\d{11}|9[5-9]\d{11}"),
    Numbering("ups", "UPS", r"1Z(?P<serial>[A-Z0-9]{15})(?P<check>\d)", _EVERY_OTHER),
    Numbering("ups", "UPS Waybill", r"[AHJKTV](?P<serial>\d{9})(?P<check>\d)", _EVERY_OTHER),
    Numbering("fedex", "FedEx Express (12)", r"(?P<serial>\d{11})(?P<check>\d)", _FEDEX),
    Numbering("fedex", "FedEx Ground", r"(?P<serial>\d{14})(?P<check>\d)", {"name": "mod10", "evens": 1, "odds": 3}),
    Numbering("usps", "USPS 20", r"(?P<serial>\d{19})(?P<check>\d)", _THIRDS),
    Numbering("dhl", "DHL Express", r"(?P<serial>\d{9,10})(?P<check>\d)", {"name": "mod7"}),
    Numbering("dhl", "DHL Express (piece)", r"J[A-Z]{2,3}\d{9,10}"),
    Numbering("yunexpress", "云途 YunExpress", r"YT\d{16}"),
    Numbering("amazon", "Amazon Logistics", r"TB[ACM]\d{12}"),
    Numbering("dpd", "DPD (14)", r"(?P<serial>\d{14})(?P<check>[0-9A-Z])", {"name": "mod_37_36"}),
    Numbering("dpd", "DPD (28)", r"(?P<serial>\d{27})(?P<check>[0-9A-Z])", {"name": "mod_37_36"}),
    Numbering("ems", "EMS / China Post S10", r"[A-Z]{2}(?P<serial>\d{8})(?P<check>\d)CN", {"name": "s10"}),
    Numbering("s10", "S10", r"[A-Z]{2}(?P<serial>\d{8})(?P<check>\d)[A-Z]{2}", {"name": "s10"}),
)

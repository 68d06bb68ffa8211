"""Carriers, tariffs, quotes and scorecards as people use them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.kernel import moment
from steward.modules.logistics.commands.carriers import (
    CarrierDraft,
    CoverageDraft,
    ServiceDraft,
    save_carrier,
    save_service,
)
from steward.modules.logistics.commands.deliveries import DeliveryDraft, record_deliveries
from steward.modules.logistics.queries import carriers as files
from steward.modules.logistics.queries import tariffs
from steward.sample import drawings
from tests import make

pytestmark = pytest.mark.django_db
SHEET = "目的地\t重量从\t重量到\t基础价\t首重\t续重单位\t每公斤\n浙江\t0\t\t8\t1\t1\t2\n全国\t0\t\t12\t1\t1\t6\n"


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def words(client: Client, address: str, **facts: str) -> str:
    answer = client.get(address, facts)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return answer.content.decode()


@pytest.fixture
def zhao() -> Client:
    save_carrier(make.TESTER, draft=CarrierDraft(code="sand", name="沙河快递"))
    coverage = [CoverageDraft("", 1, 2)]
    save_service(make.TESTER, draft=ServiceDraft(carrier="sand", code="sand-std", name="沙河标快", coverage=coverage))
    return make.browser("zhao")


def priced(client: Client) -> None:
    fields = {"mapping": "template", "rows": SHEET, "valid_from": "2026-01-01", "do": "save"}
    answer = client.post("/carriers/services/sand-std/tariff/new", fields)
    assert said(answer) == "版本 1 自 2026-01-01 起生效。"


def test_a_pasted_sheet_is_looked_at_first_and_counts_when_told_to(zhao: Client) -> None:
    fields = {"mapping": "template", "rows": SHEET, "valid_from": "2026-01-01", "do": "preview"}
    page = zhao.post("/carriers/services/sand-std/tariff/new", fields).content.decode()
    assert "26.00" in page  # 10 kg within Zhejiang: 8 and nine times 2
    assert tariffs.tariff_versions("sand-std") == []
    priced(zhao)
    assert "沙河标快" in words(zhao, "/carriers/services/sand-std/tariff")


def test_days_of_a_pasted_sheet_are_the_service_s(zhao: Client) -> None:
    rows = "目的地\t重量从\t重量到\t基础价\t最短天数\t最长天数\n浙江\t0\t\t8\t1\t2\n全国\t0\t\t12\t\t"
    fields = {"mapping": "template", "rows": rows, "valid_from": "2026-01-01", "do": "save"}
    assert said(zhao.post("/carriers/services/sand-std/tariff/new", fields)) == "版本 1 自 2026-01-01 起生效。"
    days = {(one.region, one.lead_days_min, one.lead_days_max) for one in files.coverage("sand-std")}
    assert days == {("", 1, 2), ("33", 1, 2)}


def test_faults_of_a_sheet_are_all_said_and_nothing_counts(zhao: Client) -> None:
    rows = SHEET + "浙江\t0.5\t2\t9\t\t\t\n月球\t0\t\t5\t\t\t\n"
    fields = {"mapping": "template", "rows": rows, "valid_from": "2026-01-01", "do": "save"}
    answer = zhao.post("/carriers/services/sand-std/tariff/new", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 4 行" in page
    assert "第 5 行" in page
    assert tariffs.tariff_versions("sand-std") == []


def test_cells_of_which_a_part_would_be_lost_stay_on_the_page_with_the_reason(zhao: Client) -> None:
    rows = SHEET + "江苏\t0\t\t1\t\t\t\t9\n"
    fields = {"mapping": "template", "rows": rows, "valid_from": "2026-01-01", "do": "save"}
    answer = zhao.post("/carriers/services/sand-std/tariff/new", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 4 行" in page
    assert "江苏" in page
    assert tariffs.tariff_versions("sand-std") == []


def test_a_quote_shows_price_days_and_who_is_out(zhao: Client) -> None:
    priced(zhao)
    save_service(make.TESTER, draft=ServiceDraft(carrier="sand", code="sand-small", name="沙河小件", max_weight_g=100))
    page = words(zhao, "/carriers/quotes", **{"from": "杭州", "to": "浙江宁波", "weight": "2.5", "storage": "ambient"})
    assert "12.00" in page
    assert "沙河小件" in page
    assert "包裹太重" in page


def test_a_place_nobody_knows_is_said_beside_the_other_findings(zhao: Client) -> None:
    answer = zhao.get("/carriers/quotes", {"from": "杭州", "to": "月球", "weight": "x"})
    assert answer.status_code == 422
    assert "月球" in answer.content.decode()
    assert "“x”" in answer.content.decode()


def test_a_carrier_is_put_on_probation_with_a_day_to_look_again(zhao: Client) -> None:
    later = (moment.now().date() + timedelta(days=30)).isoformat()
    fields = {"verb": "probate", "reason": "破损偏多", "review_date": later}
    assert said(zhao.post("/carriers/sand/decide", fields)) == "承运商现为：考察中。"
    assert "破损偏多" in words(zhao, "/carriers/sand")
    assert said(zhao.post("/carriers/sand/decide", {"verb": "stop", "reason": " "})).startswith("请说明原因")
    assert files.carrier_file("sand").row.state == "probation"


def test_a_visit_keeps_pictures_and_refuses_what_only_calls_itself_one(zhao: Client) -> None:
    fields = {"visited_on": "2026-03-01", "place": "杭州分拨", "sorting": "4"}
    fake = SimpleUploadedFile("hall.png", b"<script>alert(1)</script>" * 3, "image/png")
    assert "hall.png" in said(zhao.post("/carriers/sand/visits", {**fields, "photos": fake}))
    assert files.carrier_file("sand").visits == []
    real = SimpleUploadedFile("hall.txt", drawings.hall(), "text/plain")
    zhao.post("/carriers/sand/visits", {**fields, "photos": real})
    (visit,) = files.carrier_file("sand").visits
    answer = zhao.get(f"/carriers/photos/{visit.photos[0]}")
    assert answer["Content-Type"] == "image/png"


def test_pictures_of_a_visit_that_is_refused_are_not_kept(zhao: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    tomorrow = (moment.now().date() + timedelta(days=2)).isoformat()
    fields = {"visited_on": tomorrow, "place": "杭州分拨", "sorting": "4"}
    photo = SimpleUploadedFile("hall.png", drawings.hall(), "image/png")

    zhao.post("/carriers/sand/visits", {**fields, "photos": photo})

    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    assert files.carrier_file("sand").visits == []


def test_the_file_and_a_service_are_changed_by_their_forms(zhao: Client) -> None:
    fields = {"name": "沙河", "licences": "express, 国邮1, 2027-01-01", "contacts": "理赔, 小何, 19900000000, a@b.cn"}
    zhao.post("/carriers/sand/edit", fields)
    found = files.carrier_file("sand")
    assert (found.row.name, found.licences[0].number, found.contacts[0].phone) == ("沙河", "国邮1", "19900000000")
    fields = {"name": "标快", "storage_classes": "chilled", "coverage": "*, 浙江, 1, 2\n*, 西藏, x", "active": "on"}
    zhao.post("/carriers/services/sand-std", fields)
    assert [(one.region, one.served) for one in files.coverage("sand-std")] == [("33", True), ("54", False)]


def test_scores_and_months_come_from_what_became_of_parcels(zhao: Client) -> None:
    service = files.service("sand-std").id
    rng, today = Random(7), moment.now().date()
    drafts = [
        DeliveryDraft(
            reference=f"P-{n}",
            service_id=service,
            origin="330110",
            destination="440106",
            handed_over_date=today - timedelta(days=rng.randint(10, 80)),
            outcome="lost",
            price_minor=1200,
            weight_g=1000,
        )
        for n in range(4)
    ]
    record_deliveries(make.TESTER, deliveries=drafts)
    assert "沙河快递" in words(zhao, "/carriers/scorecards")
    assert "广东省" in words(zhao, "/carriers/sand/scorecard")
    assert "沙河标快" in words(zhao, "/carriers/scorecards", by="service")


def test_who_may_only_look_changes_nothing(zhao: Client) -> None:
    agent = make.browser("wang")
    assert "沙河快递" in words(agent, "/carriers/")
    assert agent.post("/carriers/sand/decide", {"verb": "stop", "reason": "x"}).status_code == 403
    assert files.carrier_file("sand").row.state == "active"

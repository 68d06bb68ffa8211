"""How a carrier's price sheet is read, as people say it and see it before it counts."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.modules.logistics.models import TariffMapping
from steward.modules.logistics.queries import tariffs
from tests import make

pytestmark = pytest.mark.django_db
NEW = "/carriers/tariff-mappings/new"


@pytest.fixture
def zhao(settings: Any, tmp_path: Any) -> Client:
    settings.MEDIA_ROOT = tmp_path
    return make.browser("zhao")


def form(**facts: Any) -> dict[str, Any]:
    """Fill the form in as for first and additional weight."""
    plain = {"name": "沙河报价单", "code": "sand-2026", "destination": "目的省", "weight_unit": "kg", "currency": "CNY"}
    tier = {"tier-1-base": "首重", "tier-1-included": "1", "tier-1-step": "1", "tier-1-per_kg": "续重"}
    return {**plain, **tier, "tier-1-needed": "1", "zero_is_none": "1", **facts}


def workbook() -> SimpleUploadedFile:
    """Make a workbook whose prices stand on the second sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    pages: dict[str, list[list[Any]]] = {
        "说明": [["联系人", "电话"], ["小何", "见合同"]],
        "报价": [["目的省", "首重", "续重"], ["浙江", 8, 2], ["西藏", 20, 12]],
    }
    for name, rows in pages.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    book.close()
    return SimpleUploadedFile("sand.xlsx", buffer.getvalue())


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_file_is_looked_at_through_the_mapping_before_anything_is_kept(zhao: Client) -> None:
    page = text(zhao.post(NEW, form(sheet="报价", do="preview", file=workbook())))

    assert "26.00" in page  # 10 kg within Zhejiang: 8 and nine times 2
    assert "说明" in page
    assert "西藏" in page
    assert not TariffMapping.objects.exists()


def test_the_file_travels_along_while_the_mapping_is_mended(zhao: Client) -> None:
    first = zhao.post(NEW, form(do="preview", file=workbook()))
    assert "联系人" in text(first)
    assert "26.00" not in text(first)  # the first sheet has no prices

    second = zhao.post(NEW, form(sheet="报价", do="preview", kept=first.context["sheet"].token))

    assert "26.00" in text(second)


def test_a_sheet_the_workbook_does_not_have_is_named_with_those_it_has(zhao: Client) -> None:
    page = text(zhao.post(NEW, form(sheet="价格", do="preview", file=workbook())))

    assert "价格" in page
    assert "说明, 报价" in page


def test_a_mapping_is_kept_and_reads_sheets_from_then_on(zhao: Client) -> None:
    answer = zhao.post(NEW, form(sheet="报价", do="save"))

    assert answer["Location"] == "/carriers/tariff-mappings/sand-2026"
    kept = tariffs.tariff_mapping_of("sand-2026")
    assert kept.content == {
        "destination": "目的省",
        "sheet": "报价",
        "tiers": [{"base": "首重", "included": 1, "step": 1, "per_kg": "续重"}],
    }
    assert "沙河报价单" in text(zhao.get("/carriers/tariff-mappings"))
    changed = form(destination="省份 | 目的省", name="沙河", do="save")
    zhao.post("/carriers/tariff-mappings/sand-2026", changed)
    assert tariffs.tariff_mapping_of("sand-2026").content["destination"] == "省份 | 目的省"
    assert "省份 | 目的省" in text(zhao.get("/carriers/tariff-mappings/sand-2026"))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"destination": " "}, "目的地"),
        ({"tier-1-base": "", "tier-1-per_kg": ""}, "第 1 段"),
        ({"tier-1-to": "5", "tier-2-from_": "3", "tier-2-base": "二", "tier-2-needed": "1"}, "第 2 段"),
        ({"tier-1-from_": "5", "tier-1-to": "3"}, "第 1 段"),
        ({"regions": "江浙沪 = 31, 99x"}, "99x"),
        ({"lower_step": "一"}, "lower_step"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_and_nothing_is_kept(
    zhao: Client, facts: dict[str, str], said: str
) -> None:
    answer = zhao.post(NEW, form(do="save", **facts))

    assert answer.status_code == 422
    assert said in text(answer)
    assert not TariffMapping.objects.exists()


def test_a_code_that_is_taken_and_a_mapping_that_came_with_steward_stay_as_they_are(zhao: Client) -> None:
    zhao.post(NEW, form(do="save"))

    again = zhao.post(NEW, form(do="save", name="另一个"))
    zhao.post("/carriers/tariff-mappings/template", form(do="save"))

    assert again.status_code == 422
    assert "sand-2026" in text(again)
    assert list(TariffMapping.objects.values_list("name", flat=True)) == ["沙河报价单"]


def test_a_copy_begins_with_what_the_other_says(zhao: Client) -> None:
    page = text(zhao.get(NEW, {"from": "base_and_tiers"}))

    assert "extra_weight_tiers.price_per_kg|续重价" in page
    assert zhao.get(NEW, {"from": "nothing"}).status_code == 404


def test_every_mapping_that_came_with_steward_comes_back_from_its_form_unchanged(zhao: Client) -> None:
    for code in ("template", "first_additional", "base_and_tiers"):
        fields = zhao.get("/carriers/tariff-mappings/" + code).context["form"]
        typed = {name: value for name, value in fields.items() if isinstance(value, str)}
        typed |= {name: "1" for name in ("zero_is_none", "lower_break") if fields[name]}
        for tier in fields["tiers"]:
            typed |= {f"tier-{tier['place']}-{name}": cell for name, _label, cell in tier["cells"]}
            typed |= {f"tier-{tier['place']}-needed": "1"} if tier["needed"] else {}
        zhao.post(NEW, {**typed, "name": code, "code": f"{code}-copy", "do": "save"})
        shipped = tariffs.tariff_mapping_content(code)
        copied = tariffs.tariff_mapping_content(f"{code}-copy")
        assert {name: value for name, value in shipped.items() if name != "zero_is_none"} == copied


def test_who_may_only_ask_prices_changes_no_mapping(zhao: Client) -> None:
    agent = make.browser("wang")

    assert agent.get("/carriers/tariff-mappings").status_code == 403
    assert agent.post(NEW, form(do="save")).status_code == 403
    assert not TariffMapping.objects.exists()

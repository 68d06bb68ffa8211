"""Files, mappings and jobs: what comes in by itself, and what a person does where it does not."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit

HEAD = "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额"
GOOD = "9001,178.8,178.8,上海,2020/2/21 0:00,2020/2/21 0:05,0"
BAD = "9002,不是数字,0,上海,2020/2/21 0:00,,0"


def test_a_file_is_previewed_taken_in_and_its_rejects_come_back(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "天猫订单.csv"
    file.write_text("\n".join((HEAD, GOOD, BAD)) + "\n", encoding="gb18030")
    lin = visit("lin")
    lin.go("/imports/")
    lin.page.locator("input[type=file]").set_input_files(file)
    lin.page.get_by_label("店铺").select_option("tmall")
    lin.look("chosen")
    lin.press("上传并预览")

    lin.sees("最适合此文件")
    lin.sees("¥178.80")
    lin.sees("将被退回")
    lin.look("preview")
    lin.press("导入整个文件")

    expect(lin.page.locator("h1")).to_contain_text("已完成")
    figures = lin.page.locator(".od-figure")
    expect(figures.filter(has_text="已接收")).to_contain_text("2")
    expect(figures.filter(has_text="新增")).to_contain_text("1")
    expect(figures.filter(has_text="退回")).to_contain_text("1")
    lin.look("result")

    with lin.page.expect_download() as waiting:
        lin.press("退回行及原因")
    rejects = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    assert "9002" in rejects
    assert "9001" not in rejects
    lin.go("/orders/?q=9001")
    expect(lin.row("9001")).to_be_visible()


def test_a_mapping_is_changed_with_its_preview_beside_it(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(HEAD.replace("总金额", "应付总额") + "\n" + GOOD + "\n", encoding="utf-8")
    admin = visit("admin")
    admin.go("/mappings/tmall")
    admin.page.locator("input[type=file]").set_input_files(file)
    admin.page.locator("main").get_by_role("button", name="查看预览").first.click()
    admin.sees("字段映射与此文件不符：")
    admin.look("does-not-fit")

    admin.page.locator("#f-total").fill("应付总额")
    admin.page.locator(".od-save").get_by_role("button", name="查看预览").click()
    admin.sees("前几行会变成什么")
    admin.sees("¥178.80")
    admin.look("fits")

    admin.page.locator(".od-save").get_by_role("button", name="存为新版本").click()
    admin.page.wait_for_url("**/imports/preview**")  # where the file waits to be taken in
    admin.sees("¥178.80")
    admin.go("/mappings/tmall")
    admin.sees("第 2 版")
    expect(admin.page.locator("#f-total")).to_have_value("应付总额")
    admin.look("saved")


def test_a_parked_job_runs_again(visit: Visit) -> None:
    admin = visit("admin")
    admin.go("/jobs/")
    admin.sees("steward.kernel.tasks.handle_events")
    admin.look("parked")

    admin.press("重新执行")

    admin.toast("1 个任务已重新执行。")
    admin.sees("没有搁置的任务")
    admin.look("none")

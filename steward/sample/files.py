"""Two files as a shop exports them: one of today with rows that do not fit, one of the past that does."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from random import Random

from django.core.files.base import ContentFile

from steward.kernel.actor import Actor
from steward.modules.orders.commands.import_batches import Tally
from steward.modules.orders.commands.import_files import keep_upload
from steward.modules.orders.commands.imports import run_import, start_import
from steward.modules.orders.rules.shipped_mappings import STEWARD
from steward.sample import baskets
from steward.sample.buyers import Public
from steward.sample.past import ZONE

ROWS = 24
# place of the order in the file → what is wrong with it
WRONG = {4: {"数量": "两箱"}, 11: {"商品编码": "TENT-9X"}, 17: {"下单时间": "昨天下午"}}


def rows(rng: Random, public: Public, at: datetime, *, mark: str) -> list[dict[str, str]]:
    """Draw the rows of a file of orders placed in the day before `at`, in the columns of Steward's own template."""
    columns = [rule["columns"][0] for rule in STEWARD["fields"].values()]
    found = []
    for place in range(1, ROWS + 1):
        placed_at = at - timedelta(minutes=rng.randint(30, 1_400))
        person, _shop = public.draw(rng)
        wanted = baskets.lines(rng, placed_at.astimezone(ZONE).month)[:1]
        number = f"{mark}{placed_at:%y%m%d}{place:03}"
        draft = baskets.order(rng, person, "own", number=number, placed_at=placed_at, wanted=wanted)
        local = placed_at.astimezone(ZONE)
        cells = {
            "订单编号": number,
            "下单时间": f"{local:%Y/%m/%d %H:%M:%S}",
            "商品编码": wanted[0].sku,
            "商品名称": wanted[0].title,
            "数量": str(wanted[0].quantity),
            "单价": yuan(wanted[0].unit_price_minor),
            "运费": yuan(draft.shipping_minor),
            "订单优惠": yuan(draft.discount_minor),
            "订单总额": yuan(draft.total_minor or 0),
            "买家编号": draft.buyer.external_id,
            "收货人": draft.recipient.name,
            "收货电话": draft.recipient.phone,
            "省": draft.recipient.province,
            "市": draft.recipient.city,
            "区县": draft.recipient.district,
            "收货地址": draft.recipient.street,
            "实付金额": yuan(draft.total_minor or 0),
            "付款时间": f"{local + timedelta(minutes=1):%Y/%m/%d %H:%M:%S}",
            "付款方式": "wechatpay",
            "付款流水号": f"W{number}",
        }
        found.append(dict.fromkeys(columns, "") | cells)
    return found


def yuan(minor: int) -> str:
    """Write an amount as a spreadsheet has it."""
    return f"{minor // 100}.{minor % 100:02}"


def written(found: list[dict[str, str]]) -> bytes:
    """Write rows as a CSV file that Excel reads."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(found[0]))
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().encode("utf-8-sig")


def take_in(clerk: Actor, rng: Random, public: Public, now: datetime) -> list[Tally]:
    """Import both files as the clerk does on the console. Returns what became of each."""
    last_year = now - timedelta(days=365)
    past = rows(rng, public, last_year, mark="H")
    today = rows(rng, public, now, mark="G")
    for place, cells in WRONG.items():
        today[place] |= cells
    return [
        _run(clerk, f"门店团购订单_{last_year:%Y%m%d}.csv", past, now, historic=True),
        _run(clerk, f"门店团购订单_{now:%Y%m%d}.csv", today, now, historic=False),
    ]


def _run(clerk: Actor, name: str, found: list[dict[str, str]], now: datetime, *, historic: bool) -> Tally:
    stored = keep_upload(clerk, name=name, content=ContentFile(written(found)))
    run_id = start_import(
        clerk,
        shop_code="own",
        mapping_code="steward",
        file_name=name,
        stored_file=stored,
        historic=historic,
        later=False,
    )
    return run_import(clerk, run_id=run_id, now=now)

"""The sample's carriers: five invented companies with services, coverage, tariffs and half a year of parcels.

Every name, price and figure is made up; prices grow with distance and weight as they do in the trade.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.commands.assessing import Photo, decide_carrier, keep_photos, record_visit
from steward.modules.logistics.commands.carriers import (
    CarrierDraft,
    CaseDraft,
    ContactDraft,
    CoverageDraft,
    LicenceDraft,
    ServiceDraft,
    save_carrier,
    save_service,
)
from steward.modules.logistics.commands.deliveries import DeliveryDraft, record_deliveries
from steward.modules.logistics.commands.tariffs import save_tariff, save_tariff_mapping
from steward.modules.logistics.rules.deliveries import band_of, distance_km
from steward.modules.logistics.rules.tariffs import Draft, Lane, Surcharge, Tier
from steward.sample import drawings
from steward.sample.stock import WAREHOUSES

RAISED = "suoyun-std"  # its prices of last year stand beside this year's
REMOTE = ("15", "54", "62", "63", "64", "65")
SPECIAL = ("71", "81", "82")
ORIGINS = tuple(facts[1] for facts in WAREHOUSES.values())
RISE = 1.04
PAST_DAYS, PARCELS_SHARE = 180, 0.55
BUYERS = (
    "3301",
    "3302",
    "3205",
    "3201",
    "3101",
    "1101",
    "4401",
    "4403",
    "5101",
    "5001",
    "4201",
    "6101",
    "3702",
    "2101",
    "5301",
)


class Product(Struct, frozen=True):
    """A service of the sample: days and prices by band of distance (0 nearest), and how it really does.

    Prices in fen: for the first weight, and per kg above it. `late` is how likely a parcel needs longer than stated.
    """

    carrier: str
    code: str
    name: str
    name_en: str
    days: tuple[tuple[int, int], ...]
    first_minor: tuple[int, ...]
    per_kg_minor: tuple[int, ...]
    first_g: int
    storage: tuple[str, ...] = ("ambient",)
    max_weight_g: int = 30_000
    divisor: int = 6_000
    cutoff: time = time(17, 0)
    capacity: int = 0
    step_g: int = 500
    near_only: bool = False
    no_remote: bool = False
    shape: str = "first"
    fuel_ppm: int = 0
    parcels_a_day: float = 0.0
    late: float = 0.08
    lost: float = 0.002
    rating: float = 4.3


NAMES = {
    "suoyun": ("梭云速运", "Suoyun Express"),
    "baichuan": ("百川快递", "Baichuan Parcel"),
    "bingyuan": ("冰原冷链", "Bingyuan Cold Chain"),
    "tuoshan": ("驮山物流", "Tuoshan Freight"),
    "linli": ("邻里同城", "Linli Local"),
}
PRODUCTS = (
    Product("suoyun", "suoyun-next", "梭云次日达", "Suoyun Next Day",
            ((1, 1), (1, 1), (1, 2), (1, 2), (2, 3), (2, 4)), (1200, 1300, 1800, 2000, 2200, 2400),
            (200, 300, 700, 900, 1100, 1400), 1000, capacity=260, cutoff=time(18, 30), fuel_ppm=30_000,
            parcels_a_day=3.0, late=0.03, lost=0.0008, rating=4.7),
    Product("suoyun", "suoyun-std", "梭云标快", "Suoyun Standard",
            ((1, 2), (1, 2), (2, 3), (2, 4), (3, 5), (4, 6)), (900, 950, 1150, 1250, 1500, 1800),
            (120, 180, 350, 450, 700, 1000), 1000, cutoff=time(18, 0), fuel_ppm=30_000, parcels_a_day=3.5, late=0.05,
            lost=0.001, rating=4.5),
    Product("baichuan", "baichuan-eco", "百川经济件", "Baichuan Economy",
            ((1, 2), (2, 3), (2, 4), (3, 4), (3, 5), (5, 8)), (320, 360, 480, 560, 760, 1300),
            (80, 110, 220, 300, 480, 900), 3000, divisor=8_000, cutoff=time(16, 0), shape="tiers", parcels_a_day=5.0,
            late=0.22, lost=0.007, rating=3.7),
    Product("bingyuan", "bingyuan-cold", "冰原冷链到户", "Bingyuan Cold to the Door",
            ((1, 1), (1, 2), (1, 2), (2, 3), (2, 3), (3, 4)), (2200, 2600, 3200, 3800, 4600, 6000),
            (300, 400, 700, 900, 1200, 1600), 3000, storage=("chilled", "frozen"), max_weight_g=25_000,
            cutoff=time(15, 30), capacity=80, step_g=1000, no_remote=True, parcels_a_day=1.6, late=0.06, lost=0.004,
            rating=4.4),
    Product("tuoshan", "tuoshan-big", "驮山大件", "Tuoshan Big Parcels",
            ((2, 3), (2, 3), (3, 4), (3, 5), (4, 6), (6, 10)), (1800, 2000, 2600, 3200, 4200, 5800),
            (55, 65, 95, 130, 190, 320), 10_000, max_weight_g=500_000, divisor=5_000, cutoff=time(16, 30), step_g=1000,
            shape="rates", parcels_a_day=1.2, late=0.12, lost=0.006, rating=4.0),
    Product("tuoshan", "tuoshan-haz", "驮山危险品专线", "Tuoshan Hazardous Goods",
            ((2, 4), (3, 4), (3, 5), (4, 6), (5, 8), (7, 12)), (6800, 7200, 8600, 9800, 11_800, 16_000),
            (200, 260, 380, 460, 620, 900), 10_000, storage=("hazardous",), max_weight_g=300_000, divisor=5_000,
            cutoff=time(14, 0), capacity=20, step_g=1000, no_remote=True, parcels_a_day=0.2, late=0.1, rating=4.2),
    Product("linli", "linli-day", "邻里当日达", "Linli Same Day",
            ((0, 0), (0, 1), (1, 1), (1, 1), (1, 1), (1, 1)), (780, 980, 1500, 1500, 1500, 1500),
            (100, 150, 200, 200, 200, 200), 2000, storage=("ambient", "chilled"), max_weight_g=15_000, capacity=60,
            cutoff=time(12, 0), near_only=True, parcels_a_day=0.05, late=0.0, lost=0.0, rating=5.0),
)  # fmt: skip
PAPERS = {
    "suoyun": ("express", "国邮20180331B", "生鲜礼盒：长三角 620 单/天，次日达 97%"),
    "baichuan": ("express", "国邮20160442A", "图书电商：全国 1,400 单/天"),
    "bingyuan": ("cold_chain", "冷链2021-0187", "乳品直送：杭州、上海 -18℃ 全程记录"),
    "tuoshan": ("dangerous", "危运川字510100", "户外燃料罐：成都发西南三省"),
    "linli": ("road", "交运管杭字330100", ""),
}


def bands(origin: str) -> dict[str, int]:
    """Tell how far each province is from a warehouse, as a band."""
    known = divisions()
    start = known.coordinates_of(origin)
    found = {}
    for code in (code for code in known.name_of if len(code) == 2):
        end = known.coordinates_of(code)
        own = code == origin[:2]
        found[code] = 1 if own else max(2, band_of(distance_km(start, end))) if start and end else 4
    found[origin[:4]] = 0
    return {code: min(band, 5) for code, band in found.items()}


def _regions(product: Product, origin: str) -> Iterator[tuple[str, int]]:
    for code, band in sorted(bands(origin).items()):
        is_out = code in SPECIAL or (product.no_remote and code in REMOTE) or (product.near_only and band > 1)
        if not is_out:
            yield code, 5 if code in REMOTE else band


def tariff(product: Product, *, dearer: float = 1.0) -> Draft:
    """Draw up a service's prices from every warehouse."""
    lanes = [
        Lane(origin[:2], code, tuple(_tiers(product, band, dearer)))
        for origin in ORIGINS
        for code, band in _regions(product, origin)
    ]
    surcharges = [Surcharge(kind="remote", region=code, fixed_minor=500) for code in ("54", "65")]
    if product.fuel_ppm:
        surcharges.append(Surcharge(kind="fuel", share_ppm=product.fuel_ppm))
    if "frozen" in product.storage:
        surcharges.append(Surcharge(kind="frozen", storage_class="frozen", fixed_minor=800))
    if product.near_only:
        surcharges = []
    return Draft(currency="CNY", lanes=lanes, surcharges=surcharges, lower_break=product.shape == "rates")


def _tiers(product: Product, band: int, dearer: float) -> Iterator[Tier]:
    first = round(product.first_minor[band] * dearer)
    per_tonne = round(product.per_kg_minor[band] * dearer) * 1000
    if product.shape == "tiers":
        for start, end, share in ((0, 500, 0.8), (500, 1000, 1.0), (1000, 2000, 1.2), (2000, 3000, 1.4)):
            yield Tier(from_g=start, to_g=end, base_minor=round(first * share))
        yield Tier(from_g=3000, base_minor=round(first * 1.4), included_g=3000, step_g=1000, per_tonne_minor=per_tonne)
    elif product.shape == "rates":
        yield Tier(to_g=product.first_g, base_minor=first)
        spans: tuple[tuple[int, int | None, int], ...] = (
            (product.first_g, 300_000, per_tonne),
            (300_000, None, round(per_tonne * 0.92)),
        )
        for from_g, to_g, rate in spans:
            yield Tier(from_g=from_g, to_g=to_g, base_minor=first, included_g=product.first_g, per_tonne_minor=rate)
    else:
        step = product.step_g
        yield Tier(base_minor=first, included_g=product.first_g, step_g=step, per_tonne_minor=per_tonne)


def open_files(keeper: Actor, today: date) -> dict[str, int]:
    """Write the carriers' files, services and tariffs: last year's prices and this year's. Returns services by code."""
    for place, (code, (name, name_en)) in enumerate(NAMES.items()):
        kind, number, case = PAPERS[code]
        draft = CarrierDraft(
            code=code,
            name=name,
            name_en=name_en,
            contract_from=today - timedelta(days=320),
            contract_until=today + timedelta(days=45 + 90 * place),
            website=f"https://{code}.example.com",
            licences=[LicenceDraft(kind, number, today + timedelta(days=200 + 40 * place))],
            contacts=[
                ContactDraft("商务", f"{'顾沈秦陆江'[place]}经理", f"1990000{place}101", f"sales@{code}.example.com"),
                ContactDraft("理赔", f"{'何许施唐邹'[place]}专员", f"1990000{place}102", f"claims@{code}.example.com"),
            ],
            cases=[CaseDraft(case, "", today - timedelta(days=400))] if case else [],
        )
        save_carrier(keeper, draft=draft)
    return {product.code: _offer(keeper, product, today) for product in PRODUCTS}


def _offer(keeper: Actor, product: Product, today: date) -> int:
    coverage = [
        CoverageDraft(code, *product.days[band], origin=origin[:2])
        for origin in ORIGINS
        for code, band in _regions(product, origin)
    ]
    draft = ServiceDraft(
        carrier=product.carrier,
        code=product.code,
        name=product.name,
        name_en=product.name_en,
        storage_classes=product.storage,
        max_weight_g=product.max_weight_g,
        volumetric_divisor=product.divisor,
        pickup_cutoff=product.cutoff,
        capacity_per_day=product.capacity,
        coverage=coverage,
    )
    id_ = save_service(keeper, draft=draft)
    year = today - timedelta(days=150)
    if product.code == RAISED:
        save_tariff(keeper, service=product.code, draft=tariff(product), valid_from=year - timedelta(days=400))
    save_tariff(keeper, service=product.code, draft=tariff(product, dearer=RISE), valid_from=year)
    return id_


def past_parcels(rng: Random, services: dict[str, int], today: date) -> list[DeliveryDraft]:
    """Draw what became of half a year of parcels: lanes, days, losses, ratings, as each service does."""
    near = {origin: bands(origin) for origin in ORIGINS}
    found = []
    for product in PRODUCTS:
        for number in range(round(product.parcels_a_day * PAST_DAYS * PARCELS_SHARE)):
            origin = rng.choices(ORIGINS, (5, 3, 2))[0]
            city = origin[:4] if product.near_only else rng.choice(BUYERS)
            band = near[origin].get(city, near[origin].get(city[:2], 3))
            found.append(_parcel(rng, product, services[product.code], (origin, f"{city}01", band), number, today))
    return found


def _parcel(
    rng: Random, product: Product, service_id: int, lane: tuple[str, str, int], number: int, today: date
) -> DeliveryDraft:
    origin, destination, band = lane
    first, last = product.days[band]
    days = rng.randint(first, last)
    while rng.random() < product.late:
        days += 1
    left = today - timedelta(days=rng.randint(14, PAST_DAYS))
    weight_g = max(100, round(rng.lognormvariate(7.2, 0.7)))
    fate = "lost" if rng.random() < product.lost else "damaged" if rng.random() < product.lost else "delivered"
    steps = -(-max(weight_g - product.first_g, 0) // 1000)
    return DeliveryDraft(
        reference=f"PAST-{product.code}-{number:05}",
        service_id=service_id,
        origin=origin,
        destination=destination,
        handed_over_date=left,
        outcome=fate,
        promised_date=left + timedelta(days=last),
        delivered_date=None if fate == "lost" else left + timedelta(days=days),
        claim_days=None if fate == "delivered" else rng.randint(4, 30),
        price_minor=product.first_minor[band] + steps * product.per_kg_minor[band],
        weight_g=weight_g,
        rating=min(5, max(1, round(rng.gauss(product.rating, 0.8)))) if rng.random() < 0.35 else None,
    )


def sheet_mapping(keeper: Actor, now: datetime) -> None:
    """Keep how one carrier's price sheet is read: brackets as columns, on a sheet of its own."""
    content: dict[str, object] = {
        "destination": "目的省份",
        "sheet": "大货价",
        "lead_max": "时效（天）",
        "tiers": [
            {"to": 3, "base": "3 公斤以内"},
            {"from": 3, "to": 50, "base": "3 公斤以内", "included": 3, "step": 1, "per_kg": "续重（元/公斤）"},
            {"from": 50, "per_kg": "50 公斤以上（元/公斤）", "minimum": "最低收费"},
        ],
        "regions": {"江浙沪皖": ["31", "32", "33", "34"]},
    }
    save_tariff_mapping(keeper, code="tuoshan-bulk", name="拓山大货报价单", content=content, now=now)


def engage(keeper: Actor, rng: Random, now: datetime) -> int:
    """Open the files, write the past parcels, decide about one carrier and visit another. Returns the parcels."""
    today = now.date()
    services = open_files(keeper, today)
    count = record_deliveries(keeper, deliveries=past_parcels(rng, services, today))
    decide_carrier(
        keeper,
        code="baichuan",
        verb="probate",
        reason="近三个月时效未达承诺、破损偏多，先停派贵重件，月底复评",
        review_date=today + timedelta(days=30),
        now=now,
    )
    record_visit(
        keeper,
        code="suoyun",
        visited_on=today - timedelta(days=26),
        place="杭州萧山转运中心",
        marks={"sorting": 5, "safety": 4, "vehicles": 4, "staff": 4},
        findings="夜班分拣线两条，错分率抽查 0.3‰；消防通道畅通。建议增加雨棚。",
        photos=keep_photos([Photo("sorting-hall.png", drawings.hall())]),
        now=now,
    )
    sheet_mapping(keeper, now)
    return count

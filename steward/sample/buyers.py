"""The sample's customers: some come once, some come back, most of them to the same shop."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from steward.modules.orders.rules.drafts import BuyerDraft, RecipientDraft
from steward.sample import names, places

# shop → share of the orders, in percent
SHOPS = {"tmall": 42, "jd": 24, "douyin": 20, "own": 14}
BUYERS_PER_ORDER = 0.55
STAYS_WITH_SHOP = 0.85
TELLS_EMAIL = 0.3


class Person(Struct, frozen=True):
    """One customer."""

    place: int
    name: names.Name
    phone: str
    home: places.Place
    shop: str

    def buyer(self, shop: str) -> BuyerDraft:
        """Tell who they are as a shop knows them: by its own id, in our own shop by telephone too."""
        own = shop == "own"
        tells = own and self.place % 10 < TELLS_EMAIL * 10
        return BuyerDraft(
            external_id=f"{shop}-{100_000 + self.place}",
            name=self.name.written,
            phone=self.phone if own else "",
            email=f"{self.name.typed}{self.place}@example.com" if tells else "",
        )

    def recipient(self) -> RecipientDraft:
        """Tell where their parcels go."""
        home = self.home
        return RecipientDraft(
            name=self.name.written,
            phone=self.phone,
            province=home.province,
            city=home.city,
            district=home.district,
            street=home.street,
        )


class Public:
    """Everybody who buys; early ones come back more often."""

    def __init__(self, rng: Random, orders: int) -> None:
        count = min(max(int(orders * BUYERS_PER_ORDER), 20), places.PHONES)
        shops, shares = list(SHOPS), list(SHOPS.values())
        self._people = [
            Person(place, names.name(rng), places.phone(place), places.place(rng), rng.choices(shops, shares)[0])
            for place in range(count)
        ]
        self._reach: list[float] = []
        total = 0.0
        for place in range(count):
            total += 1 / (place + 8) ** 0.5
            self._reach.append(total)

    def draw(self, rng: Random) -> tuple[Person, str]:
        """Draw who buys next, and in which shop."""
        person = rng.choices(self._people, cum_weights=self._reach)[0]
        if rng.random() < STAYS_WITH_SHOP:
            return person, person.shop
        return person, rng.choices(list(SHOPS), list(SHOPS.values()))[0]

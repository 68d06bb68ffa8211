"""Rules as fields of a form, and fields as rules: lists by commas, amounts in whole currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from steward.kernel import money
from steward.modules.catalog import queries as catalog
from steward.modules.returns.queries import policy_words as words
from steward.modules.returns.rules.policy_flaws import LANGUAGES, MOST_RULES
from steward.modules.returns.rules.policy_shapes import REFUSALS

LANGUAGE_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}
CHOSEN = ("kinds", "reasons", "faults", "return_classes", "platforms", "shops")
TYPED = ("categories", "skus")
ANSWERS = ("delivered", "opened", "trusted", "first")
NUMBERS = ("restocking_permille", "pictures", "videos", "return_within_h", "answer_within_h")
PRICES = ("price_from_minor", "price_below_minor")
Rule = dict[str, Any]
Flaw = dict[str, Any]


def choices(reason_names: Mapping[str, str]) -> dict[str, Any]:
    """List what the selects of the form offer."""
    shops = catalog.shops()
    return {
        "chosen": {
            "kinds": list(words.KINDS.items()),
            "reasons": list(reason_names.items()),
            "faults": list(words.FAULTS.items()),
            "return_classes": list(words.RETURN_CLASSES.items()),
            "platforms": [(one, words.PLATFORMS.get(one, one)) for one in sorted({shop.platform for shop in shops})],
            "shops": [(shop.code, shop.name) for shop in shops],
        },
        "outcomes": list(words.OUTCOMES.items()),
        "whys": [(code, _bare(words.WHYS[code])) for code in REFUSALS],
        "freight": list(words.FREIGHT.items()),
        "advance": list(words.ADVANCE.items()),
        "since": list(words.SINCE.items()),
        "warranty": list(words.WARRANTY.items()),
    }


def _bare(text: Any) -> str:
    return str(text) % {"return_class": "…"} if "%(" in str(text) else str(text)


def rows(rules: Sequence[Rule], flaws: Sequence[Flaw], offered: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay rules out for the form, and one empty row after them."""
    laid = [_row(place, rule, flaws, offered) for place, rule in enumerate(rules)]
    return [*laid, _row(len(rules), {}, [], offered)]


def _row(place: int, rule: Rule, flaws: Sequence[Flaw], offered: Mapping[str, Any]) -> dict[str, Any]:
    when, labels = rule.get("when", {}), rule.get("labels", {})
    currency = when.get("currency", "")
    return {
        **rule,
        "place": place,
        "position": (place + 1) * 10,
        "is_new": not rule,
        "label": labels.get("zh-hans", ""),
        "labels": [(code, LANGUAGE_NAMES[code], labels.get(code, "")) for code in LANGUAGES],
        "chosen": [
            (name, words.CONDITIONS[name], _options(options, when.get(name, ())))
            for name, options in offered["chosen"].items()
        ],
        "typed": [(name, words.CONDITIONS[name], ", ".join(when.get(name, ()))) for name in TYPED],
        "answers": [(name, words.CONDITIONS[name], _answer(when.get(name))) for name in ANSWERS],
        "prices": [(name, words.CONDITIONS[name], _price(when.get(name, 0), currency)) for name in PRICES],
        "currency": currency,
        "warranty": when.get("warranty", ""),
        "automatic": ", ".join(f"{_price(minor, one)} {one}" for one, minor in rule.get("automatic", {}).items()),
        "within_days": "" if rule.get("within_days") is None else rule["within_days"],
        "active": rule.get("active", True),
        "has_flaw": any(str(one["field"]).startswith(f"rules.{place}.") for one in flaws),
    }


def _options(options: Sequence[tuple[str, Any]], chosen: Sequence[str]) -> list[tuple[str, Any, bool]]:
    """List what may be chosen: what is chosen first, in its order, so that saving it again changes nothing."""
    texts = dict(options)
    return [(code, texts.get(code, code), True) for code in chosen] + [
        (code, text, False) for code, text in options if code not in chosen
    ]


def _answer(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _price(minor: Any, currency: str) -> str:
    """Write an amount in whole currency; what was not understood stays as it was typed."""
    if isinstance(minor, str) or currency not in money.CURRENCIES:
        return str(minor or "")
    return str(money.to_decimal(minor, currency)) if minor else ""


def read(posted: MultiValueDict[str, str]) -> tuple[list[Rule], list[Flaw]]:
    """Read the typed rules in their new order, and what of them was no number. A row without a code is left out."""
    found: list[tuple[int, str]] = []
    for place in posted.getlist("place")[: MOST_RULES + 1]:
        if posted.get(f"code-{place}", "").strip() and not posted.get(f"drop-{place}"):
            position = posted.get(f"position-{place}", "")
            found.append((int(position) if position.isdigit() and len(position) < 9 else 10**9, place))
    rules, flaws = [], []
    for at, (_position, place) in enumerate(sorted(found, key=lambda one: one[0])):
        typed = _Typed(posted, place, f"rules.{at}.")
        rules.append(typed.rule())
        flaws += typed.flaws
    return rules, flaws


class _Typed:
    """One row of the form as it came."""

    def __init__(self, posted: MultiValueDict[str, str], place: str, at: str) -> None:
        self.posted, self.place, self.at = posted, place, at
        self.flaws: list[Flaw] = []

    def text(self, name: str) -> str:
        return str(self.posted.get(f"{name}-{self.place}", "")).strip()

    def rule(self) -> Rule:
        days = self.text("within_days")
        return {
            "code": self.text("code"),
            "labels": {code: self.text(f"label-{code}") for code in LANGUAGES},
            "outcome": self.text("outcome") or "allow",
            "when": self._when(),
            "within_days": self._number("within_days") if days else None,
            "since": self.text("since") or "delivered",
            "why": self.text("why") if self.text("outcome") == "refuse" else "",
            "freight": self.text("freight") or "by_fault",
            "automatic": self._amounts("automatic"),
            "advance": self.text("advance") or "never",
            "active": bool(self.text("active")),
            **{name: self._number(name) for name in NUMBERS},
        }

    def _when(self) -> dict[str, Any]:
        currency = self.text("currency").upper()
        known = {name: self.posted.getlist(f"{name}-{self.place}") for name in CHOSEN}
        typed = {name: [one.strip() for one in self.text(name).split(",") if one.strip()] for name in TYPED}
        said = {
            name: {"yes": True, "no": False}[self.text(name)] for name in ANSWERS if self.text(name) in ("yes", "no")
        }
        prices = {name: self._amount(name, self.text(name), currency) for name in PRICES if self.text(name)}
        facts = {**known, **typed, **said, **prices, "currency": currency, "warranty": self.text("warranty")}
        return {name: value for name, value in facts.items() if value not in ("", [])}

    def _number(self, name: str) -> int:
        text = self.text(name)
        if text and not (text.isascii() and text.isdigit() and len(text) < 9):
            self._flaw(name, text)
            return 0
        return int(text or 0)

    def _amount(self, name: str, text: str, currency: str) -> int:
        if currency not in money.CURRENCIES:
            self._flaw("currency", currency or text)
            return 0
        try:
            return money.to_minor(text, currency)
        except (ValueError, ArithmeticError):
            self._flaw(name, text)
            return 0

    def _amounts(self, name: str) -> dict[str, int]:
        """Read “500.00 CNY, 80 USD”."""
        found = {}
        for part in self.text(name).replace("，", ",").split(","):
            if part.strip():
                amount, _between, currency = part.strip().rpartition(" ")
                found[currency.upper()] = self._amount(name, amount.strip(), currency.upper())
        return found

    def _flaw(self, name: str, text: str) -> None:
        said = {"code": self.text("code"), "value": text}
        message = _("Rule “%(code)s”: “%(value)s” is not understood.") % said
        self.flaws.append({"field": self.at + name, "code": "not_understood", "message": message})

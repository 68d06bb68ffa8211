"""What is wrong with the shape of a value, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# The keys are pydantic's stable error types; its context gives the facts.
TEXTS: Mapping[str, Any] = {
    "missing": _("This is needed."),
    "extra_forbidden": _("There is no such field. Check its spelling."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_parsing_size": _("This number is too big."),
    "int_from_float": _("This must be a whole number."),
    "float_type": _("This must be a number."),
    "float_parsing": _("This must be a number."),
    "bool_type": _("This must be true or false."),
    "bool_parsing": _("This must be true or false."),
    "string_type": _("This must be a text."),
    "string_unicode": _("This text is not valid Unicode."),
    "string_too_short": _("This needs at least %(min_length)s characters."),
    "string_too_long": _("This may have at most %(max_length)s characters."),
    "string_pattern_mismatch": _("This text has characters or a form that are not allowed here."),
    "greater_than": _("This must be greater than %(gt)s."),
    "greater_than_equal": _("This must be at least %(ge)s."),
    "less_than": _("This must be less than %(lt)s."),
    "less_than_equal": _("This may be at most %(le)s."),
    "too_short": _("This needs at least %(min_length)s entries."),
    "too_long": _("This may have at most %(max_length)s entries."),
    "literal_error": _("This must be one of: %(expected)s."),
    "enum": _("This must be one of: %(expected)s."),
    "list_type": _("This must be a list."),
    "dict_type": _("This must be an object."),
    "model_type": _("This must be an object."),
    "model_attributes_type": _("This must be an object."),
    "sku_unknown": _("SKU “%(sku)s” is not in the catalogue."),
    "timezone_aware": _("This time needs a time zone, e.g. 2026-03-01T08:00:00+08:00."),
}
BY_FAMILY: Mapping[str, Any] = {
    "datetime": _("This must be a time such as 2026-03-01T08:00:00+08:00."),
    "date": _("This must be a day such as 2026-03-01."),
    "json": _("This is no well-formed JSON."),
}
ANYTHING_ELSE = _("This does not fit.")


def said(kind: str, facts: Mapping[str, Any] | None = None) -> str:
    """Say what is wrong with a value, by the kind of error."""
    text = TEXTS.get(kind) or BY_FAMILY.get(kind.partition("_")[0]) or ANYTHING_ELSE
    try:
        return str(text) % (facts or {})
    except KeyError:
        return str(ANYTHING_ELSE)


def finding(field: str, kind: str, *, place: str = "body", **facts: Any) -> dict[str, Any]:
    """Name one thing that is wrong with the shape of a request."""
    return {"field": field, "in": place, "code": kind, "message": said(kind, facts)}

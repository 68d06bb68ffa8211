"""Everything that is wrong with the shape of a draft, not just the first thing; runs only once decoding has failed."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from steward.interfaces.api import wording

MOST_FINDINGS = 100
# What msgspec says, by how it begins, as the kinds that `wording` knows.
KINDS = (
    ("Expected `int`", "int_type"),
    ("Expected `str`", "string_type"),
    ("Expected `array`", "list_type"),
    ("Expected `object`", "dict_type"),
    ("Expected `datetime", "datetime_parsing"),
    ("Invalid RFC3339", "datetime_parsing"),
)


def shape_findings(value: Any, hint: Any, path: str = "") -> list[dict[str, Any]]:
    """List what keeps a decoded value from being of a type; fields are named `lines.0.sku`."""
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        inner = _inner(value, hint, path)
        return inner[:MOST_FINDINGS] or [wording.finding(path, _kind(str(error)))]
    return []


def _inner(value: Any, hint: Any, path: str) -> list[dict[str, Any]]:
    """Look into objects and lists; what is wrong with them as a whole is not found here."""
    base = _bare(hint)
    if get_origin(base) is list and isinstance(value, list):
        (of,) = get_args(base)
        return [found for place, one in enumerate(value) for found in shape_findings(one, of, _under(path, place))]
    if isinstance(base, type) and issubclass(base, msgspec.Struct) and isinstance(value, dict):
        return _inner_struct(value, base, path)
    return []


def _inner_struct(value: dict[str, Any], struct: type[msgspec.Struct], path: str) -> list[dict[str, Any]]:
    hints = get_type_hints(struct, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    found = [wording.finding(_under(path, name), "extra_forbidden") for name in value if name not in fields]
    for name, field in fields.items():
        if name in value:
            found += shape_findings(value[name], hints[field.name], _under(path, name))
        elif field.required:
            found.append(wording.finding(_under(path, name), "missing"))
    return found


def _bare(hint: Any) -> Any:
    """Take constraints and “or null” off a type."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        others = [part for part in get_args(hint) if part is not type(None)]
        return _bare(others[0]) if len(others) == 1 else hint
    return hint


def _under(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _kind(message: str) -> str:
    if "length" in message:
        return "too_short" if ">=" in message else "too_long"
    if "matching regex" in message:
        return "string_pattern_mismatch"
    return next((kind for start, kind in KINDS if message.startswith(start)), "invalid")

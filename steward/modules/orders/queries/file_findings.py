"""What the findings about files, rows and mappings say to people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Any] = {
    "wrong_columns": _("The row has %(found)s columns, the header %(expected)s."),
    "undecodable": _("The row holds characters that cannot be read; save the file as UTF-8."),
    "unclosed_quote": _("The row opens a quotation mark that is never closed."),
    "file_ends_early": _("The packed file ends early; rows are missing from here on."),
    "negative_amount": _("“%(value)s” is negative."),
    "amount_too_large": _("“%(value)s” is too large an amount."),
    "not_a_whole_number": _("“%(value)s” is no whole number of pieces."),
    "quantity_too_large": _("“%(value)s” pieces are more than one line may hold."),
    "text_too_long": _("The text is too long: “%(value)s…”."),
    "unknown_status": _("The mapping does not know the status “%(value)s”."),
    "unknown_country": _("Nobody knows a country “%(value)s”."),
    "refused_by_database": _(
        "The order could not be stored. Send it again; if that does not help, ask an administrator."
    ),
    "cancellation_differs": _("This cancellation came before with other content; nothing was changed."),
    "column_missing": _("The file has no column “%(columns)s”."),
    "unknown_field": _("There is no such field."),
    "field_needed": _("The mapping must say where this comes from."),
    "field_without_source": _("Name a column, a constant or a default."),
    "malformed_format": _("“%(value)s” is no pattern of a date or time."),
    "malformed_mapping": _("This cannot be read: %(problem)s"),
    "unknown_time_zone": _("There is no time zone “%(value)s”."),
    "unknown_currency": _("“%(value)s” is no currency."),
}

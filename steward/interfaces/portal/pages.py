"""Which page serves which purpose of a link. A new page is one line here.

A page takes the request and the link that was read; it returns a response. It may take GET and POST (forms carry the
CSRF token). What a link may do only once, the page's own command decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from steward.interfaces.portal import follow_ups, offers, orders, preferences, repairs
from steward.modules.messaging.rules.signed_links import SignedLink

Page = Callable[[HttpRequest, SignedLink], HttpResponse]

PAGES: Mapping[str, Page] = {
    "order": orders.order_page,
    "stock_offer": offers.offer_page,
    "follow_up": follow_ups.follow_up_page,
    "repair": repairs.repair_page,
    "preferences": preferences.preferences_page,
}

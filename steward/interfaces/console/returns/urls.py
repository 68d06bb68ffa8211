"""Addresses of after-sales: policies, repairs, then cases."""

from __future__ import annotations

from steward.interfaces.console.cases import urls as case_urls
from steward.interfaces.console.repairs import urls as repair_urls
from steward.interfaces.console.returns import policies_urls

urlpatterns = [*policies_urls.urlpatterns, *repair_urls.urlpatterns, *case_urls.urlpatterns]

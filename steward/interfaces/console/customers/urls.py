"""Addresses of the pages about customers."""

from django.urls import path

from steward.interfaces.console.customers import listing, merging, page

urlpatterns = [
    path("", listing.customers, name="customers"),
    path("proposals", merging.proposals, name="merge_proposals"),
    path("proposals/<int:proposal_id>", merging.proposal_decide, name="merge_proposal_decide"),
    path("rules", merging.rules, name="merge_rules"),
    path("merges/<int:merge_id>/undo", merging.undo, name="merge_undo"),
    path("identities/<int:identity_id>/verify", page.identity_verify, name="identity_verify"),
    path("identities/<int:identity_id>/reveal", page.identity_reveal, name="identity_reveal"),
    path("<int:customer_id>", page.customer, name="customer"),
    path("<int:customer_id>/reveal", page.customer_reveal, name="customer_reveal"),
    path("<int:customer_id>/identities", page.identity_add, name="identity_add"),
    path("<int:customer_id>/address", page.customer_address, name="customer_address"),
    path("<int:customer_id>/merge", merging.merge, name="customer_merge"),
    path("<int:customer_id>/erase", page.customer_erase, name="customer_erase"),
]

"""Addresses of the pages about staff, roles, tokens and the own account."""

from django.urls import path

from steward.interfaces.console.people import account

urlpatterns = [path("me", account.my_account, name="my_account")]

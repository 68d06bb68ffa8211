"""Addresses of the pages about staff, roles, tokens and the own account."""

from django.urls import path

from steward.interfaces.console.people import account, matrix, staff, tokens

urlpatterns = [
    path("me", account.my_account, name="my_account"),
    path("staff", staff.staff, name="staff"),
    path("staff/new", staff.staff_new, name="staff_new"),
    path("staff/<int:staff_id>", staff.staff_edit, name="staff_edit"),
    path("staff/<int:staff_id>/password", staff.staff_password, name="staff_password"),
    path("staff/<int:staff_id>/deactivate", staff.staff_deactivate, name="staff_deactivate"),
    path("staff/<int:staff_id>/reactivate", staff.staff_reactivate, name="staff_reactivate"),
    path("roles", matrix.permission_matrix, name="permission_matrix"),
    path("roles/<int:role_id>/tick", matrix.tick, name="permission_tick"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke", tokens.token_revoke, name="token_revoke"),
]

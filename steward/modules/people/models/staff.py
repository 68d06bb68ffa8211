"""Staff and what they may do. Roles and permissions are data."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from steward.modules.people.rules import NOTIFY_EMAIL


class Role(models.Model):
    """A role of the house, e.g. order checker; `permissions` are codes such as `orders.cancel`."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    permissions: ClassVar[models.Manager[RolePermission]]

    class Meta:
        db_table = "people_role"


class RolePermission(models.Model):
    """One tick of the permission matrix."""

    id = models.BigAutoField(primary_key=True)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=80)

    class Meta:
        db_table = "people_role_permission"
        constraints = (models.UniqueConstraint(fields=["role", "permission"], name="permission_once_per_role"),)


class StaffManager(BaseUserManager["Staff"]):
    """Find staff by user name."""

    use_in_migrations = True


class Staff(AbstractBaseUser):
    """A person who works with Steward."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(_("User name"), max_length=60, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    email = models.EmailField(_("E-mail"), blank=True)
    locale = models.CharField(max_length=10, default="zh-hans")
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    theme = models.CharField(max_length=10, default="auto")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())
    roles = models.ManyToManyField(Role, related_name="staff", db_table="people_staff_role")
    capacity = models.PositiveSmallIntegerField(null=True)  # cases at once; none: the business number holds
    notify_email = models.CharField(max_length=10, db_default="urgent", default="urgent")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = StaffManager()

    class Meta:
        db_table = "people_staff"
        constraints = (
            models.CheckConstraint(condition=Q(notify_email__in=NOTIFY_EMAIL), name="staff_notify_email"),
            models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__lte=999), name="staff_capacity"),
        )

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name people read."""
        return self.name


class ApiToken(models.Model):
    """A program's key: only its hash is kept. `scopes` are shop codes (none: every shop)."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    token_hash = models.BinaryField(unique=True)
    prefix = models.CharField(max_length=12)
    permissions = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    locale = models.CharField(max_length=10, default="en")
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="tokens")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_api_token"

"""The shop one writes first: a Django view that takes an order with the ORM, object by object, on the reference tables.

Served by granian over WSGI (bench/_naive.py); importing this module sets Django up for it alone.
"""

import json
import os
from typing import Any, ClassVar

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.urls import path


def configure(url: str) -> None:
    """Set Django up with nothing but a database and one view."""
    if not settings.configured:
        host = url.partition("host=")[2].partition("&")[0].replace("%2F", "/")
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.partition("?")[0].rpartition("/")[2],
            "USER": "postgres",
            "HOST": host,
            "CONN_MAX_AGE": 60,
        }
        settings.configure(
            DATABASES={"default": database}, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench",
            USE_TZ=True, MIDDLEWARE=[],
        )  # fmt: skip
        django.setup()


configure(os.environ.get("BENCH_REFERENCE_URL", "postgresql://postgres@/none?host=/tmp"))


class Row(models.Model):
    """What all tables share."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        app_label = "naive"


class Customer(Row):
    """A customer."""

    email = models.TextField()
    name = models.TextField()
    orders = models.IntegerField(default=0)

    class Meta:
        app_label, db_table, managed = "naive", "customer", False


class Sku(Row):
    """Goods."""

    code = models.TextField()
    price = models.DecimalField(max_digits=12, decimal_places=2)
    on_hand = models.IntegerField()
    reserved = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "naive", "sku", False


class Ord(Row):
    """An order."""

    number = models.TextField()
    customer = models.ForeignKey(Customer, models.CASCADE)
    channel = models.TextField()
    status = models.TextField()
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        app_label, db_table, managed = "naive", "ord", False


class Line(Row):
    """A line."""

    order = models.ForeignKey(Ord, models.CASCADE)
    sku = models.ForeignKey(Sku, models.CASCADE)
    qty = models.IntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        app_label, db_table, managed = "naive", "line", False


class Event(Row):
    """An event."""

    kind = models.TextField()
    ref = models.BigIntegerField()
    payload = models.JSONField()

    class Meta:
        app_label, db_table, managed = "naive", "event", False


class Sla(Row):
    """A clock."""

    kind = models.TextField()
    ref = models.BigIntegerField()
    due_at = models.DateTimeField()

    class Meta:
        app_label, db_table, managed = "naive", "sla", False


def take(request: HttpRequest) -> JsonResponse:
    """Take one order, one object at a time."""
    body = json.loads(request.body)
    with transaction.atomic():
        customer, _made = Customer.objects.get_or_create(email=body["email"], defaults={"name": body["name"]})
        customer.orders += 1
        customer.save()
        lines = []
        for wanted in sorted(body["lines"], key=lambda line: line["sku"]):
            sku = Sku.objects.select_for_update().get(id=wanted["sku"])
            if sku.on_hand - sku.reserved < wanted["qty"]:
                return JsonResponse({"error": "short"}, status=409)
            sku.reserved = F("reserved") + wanted["qty"]
            sku.save()
            lines.append((sku, wanted["qty"]))
        total = sum(sku.price * qty for sku, qty in lines)
        order = Ord.objects.create(
            number=body["number"], customer=customer, channel="web", status="placed", currency="EUR", total=total
        )
        for sku, qty in lines:
            Line.objects.create(order=order, sku=sku, qty=qty, unit_price=sku.price)
        Event.objects.create(kind="order.placed", ref=order.id, payload={"v": 1})
        Sla.objects.create(kind="ship", ref=order.id, due_at="2030-01-01T00:00:00Z")
    return JsonResponse({"number": order.number}, status=201)


def ready(_request: HttpRequest) -> JsonResponse:
    """Say that the server answers."""
    return JsonResponse({})


urlpatterns = [path("orders", take), path("orders-ready", ready)]
application = get_wsgi_application()

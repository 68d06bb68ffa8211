"""A customer's browser in which they are signed in, for tests that are about what comes after."""

from __future__ import annotations

import io
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image

from steward.kernel import moment
from steward.modules.customers.commands import sign_in
from steward.modules.customers.models import SignInCode
from tests import make

MEI, SOMEBODY = "13812345521", "13705710007"


def browser_of(who: str = MEI, *, locale: str = "zh-CN", now: datetime | None = None) -> Client:
    """Sign a customer in by the commands their browser calls; return the browser."""
    at = now or moment.now()
    key = sign_in.ask_code(make.TESTER, typed=who, place="203.0.113.7", language="zh-hans", now=at)
    with transaction.atomic():
        issued = sign_in.issue_code(SignInCode.objects.latest("id").id, now=at)
    assert issued is not None
    client = Client(headers={"accept-language": locale})
    client.cookies["steward_my"] = sign_in.enter_code(
        make.TESTER, key=key, typed=issued.code, place="203.0.113.7", now=at
    ).key
    return client


def picture(name: str = "杯子.png") -> SimpleUploadedFile:
    """Return a small picture as a phone sends it."""
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")

"""The frame of the console: language, look, policy, components, search."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

import steward
from steward.interfaces.console import middleware, spans
from steward.kernel import audit, moment, parameters
from steward.modules.deadlines import queries as deadlines
from steward.modules.people import commands
from tests import make

pytestmark = pytest.mark.django_db
TEMPLATES = Path(steward.__file__).parent / "interfaces/console/templates"


@pytest.fixture
def browsing(rf: RequestFactory) -> Any:
    """Render a snippet as a page would, in English."""

    def render(source: str, **facts: Any) -> str:
        with translation.override("en"), moment.frozen(make.NOW):
            template = engines["django"].from_string(_compiled(source))
            return str(template.render(facts, rf.get("/")))

    return render


def _compiled(source: str) -> str:
    """Compile component tags as the loader does for files."""
    return str(CottonCompiler().process(source))


def test_a_page_may_run_nothing_but_our_files() -> None:
    answer = make.browser("lin").get("/people/me")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_no_template_carries_what_the_policy_forbids() -> None:
    forbidden = (" style=", " onclick=", " onchange=", " onsubmit=", "<style", "hx-on", "javascript:", "js:")
    found = [
        (path.name, word)
        for path in TEMPLATES.rglob("*.html")
        for word in forbidden
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("said", "spoken"),
    [("zh-CN,zh;q=0.9", "zh-hans"), ("zh-TW", "zh-hant"), ("en-GB,en", "en"), ("fr,en;q=0.3", "en"), ("fr", "zh-hans")],
)
def test_before_sign_in_the_browsers_language_is_spoken(rf: RequestFactory, said: str, spoken: str) -> None:
    assert middleware.chosen(rf.get("/", headers={"Accept-Language": said}))[0] == spoken


def test_a_chosen_language_stays_with_the_person() -> None:
    client = make.browser("lin")
    answer = client.post("/language", {"locale": "zh-hant", "next": "/people/me"})
    assert answer["Location"] == "/people/me"
    assert 'lang="zh-Hant"' in make.browser("lin").get("/people/me").content.decode()


def test_a_chosen_language_before_sign_in_stays_in_a_cookie() -> None:
    client = Client()
    client.post("/language", {"locale": "en", "next": "/accounts/login/"})
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()


def test_the_language_form_leads_nowhere_else() -> None:
    answer = make.browser("lin").post("/language", {"locale": "en", "next": "https://example.com/"})
    assert answer["Location"] == "/"


def test_a_chosen_look_comes_with_the_first_byte() -> None:
    client = make.browser("lin")
    client.post("/theme", {"theme": "dark"})
    assert 'data-bs-theme="dark"' in client.get("/people/me").content.decode()


def test_a_time_zone_is_chosen_from_the_list() -> None:
    client = make.browser("lin", locale="en")
    client.post("/people/me", {"locale": "en", "theme": "auto", "time_zone": "Europe/London"})
    assert "<option selected>Europe/London" in client.get("/people/me").content.decode()


def test_a_business_number_changes_with_a_reason_and_keeps_its_history() -> None:
    client = make.browser("zhao", locale="en")
    name = "console.house_name"
    assert client.post(f"/settings/numbers/{name}", {"value": "山野", "reason": ""}).status_code == 422
    client.post(f"/settings/numbers/{name}", {"value": "山野", "reason": "Our name"})
    page = client.get(f"/settings/numbers/{name}").content.decode()
    parameters.forget()
    assert "山野" in page
    assert "Our name" in page
    assert "<title>Name of the house in the top bar · 山野</title>" in page


def test_the_audit_log_pages_back_without_a_gap() -> None:
    boss = make.administrator()
    for number in range(5):
        commands.issue_token(boss, name=f"program {number}", permissions=["orders.view"])
    seen: list[int] = []
    before = None
    while len(seen) < 5:
        page = audit.page(kind="people.token_issued", before=before, limit=2)
        seen += [row.data["token_id"] for row in page.rows]
        before = page.next_before
        assert before is not None or len(seen) == 5
    assert seen == sorted(set(seen), reverse=True)


def test_the_audit_log_shows_who_did_what() -> None:
    client = make.browser("admin")
    boss = make.administrator()
    commands.issue_token(boss, name="shop", permissions=["orders.view"])
    page = client.get("/settings/audit", {"kind": "people", "actor": boss.id}).content.decode()
    assert "people.token_issued" in page
    assert "people.staff_created" not in page.partition("<tbody>")[2]


def test_the_palette_gets_pages_and_hits() -> None:
    make.clerk_lin()
    facts = json.loads(make.browser("admin").get("/search/hits", {"q": "lin"}).content)
    assert any(page["url"] == "/people/roles" for page in facts["pages"])
    assert [hit["title"] for hit in facts["found"]] == [make.ROLES["lin"][0]]


def test_search_finds_only_what_the_person_may_see() -> None:
    make.clerk_lin()
    facts = json.loads(make.browser("sam").get("/search/hits", {"q": "lin"}).content)
    assert facts["found"] == []


def test_an_unknown_page_of_a_setting_says_what_is_missing() -> None:
    answer = make.browser("zhao").get("/settings/numbers/no.such")
    assert answer.status_code == 404
    assert "no.such" in answer.content.decode()


def test_a_pill_shows_name_and_colour_of_a_state(browsing: Any) -> None:
    assert 'class="pill pill-green">Paid<' in browsing('<c-pill state="paid" />')
    assert 'class="pill pill-red">Own words<' in browsing('<c-pill tone="red">Own words</c-pill>')


@pytest.mark.parametrize(
    ("minutes", "outcome", "look", "text"),
    [
        (42, "running", "pill-blue", "42 min left"),
        (8, "running", "pill-amber", "8 min left"),
        (-125, "running", "pill-red", "2 h late"),
        (None, "running", "pill-grey", "waiting"),
        (5, "met", "pill-green", "in time"),
    ],
)
def test_a_clock_chip_says_how_long(browsing: Any, minutes: int | None, outcome: str, look: str, text: str) -> None:
    due = None if minutes is None else make.NOW + timedelta(minutes=minutes)
    chip = browsing('<c-clock :due_at="due" :outcome="outcome" />', due=due, outcome=outcome)
    assert look in chip
    assert text in chip


def test_money_is_written_as_people_do(browsing: Any) -> None:
    assert "¥328.00" in browsing('<c-money :minor="32800" currency="CNY" />')


def test_a_masked_value_can_be_revealed_where_an_address_is_given(browsing: Any) -> None:
    with_eye = browsing('<c-masked value="138****5521" url="/reveal" field="phone" />')
    assert 'hx-post="/reveal"' in with_eye
    assert "hx-post" not in browsing('<c-masked value="138****5521" />')


def test_an_age_shows_the_exact_time_on_hover(browsing: Any) -> None:
    age = browsing('<c-ago :at="at" />', at=make.NOW - timedelta(hours=3))
    assert ">3 h ago<" in age
    assert 'title="2026-03-02 07:00:00"' in age


def test_a_field_shows_its_error(browsing: Any) -> None:
    field = browsing('<c-field label="Phone" for="phone" error="Too short"><input id="phone"></c-field>')
    assert 'for="phone"' in field
    assert 'role="alert">Too short<' in field


def test_every_component_renders(browsing: Any) -> None:
    everything = browsing(
        '<c-page title="T" sub="S"><c-slot name="actions">A</c-slot><c-slot name="chips">C</c-slot>'
        '<c-card title="K"><c-icon name="box" /></c-card><c-table stack="yes"><c-slot name="head"><th>H</th></c-slot>'
        '<tr><td>R</td></tr></c-table><c-empty icon="inbox" title="E" text="X">Do</c-empty></c-page>'
    )
    for part in ("<h1>T</h1>", ">S<", ">A<", ">C<", ">K<", "ti-box", "<th>H</th>", "<td>R</td>", ">E<", ">X<", ">Do<"):
        assert part in everything


def test_old_times_are_told_by_their_day() -> None:
    with translation.override("en"):
        now = datetime(2026, 3, 2, tzinfo=UTC)
        assert spans.ago(now - timedelta(days=400), now) == "2025-01-26"
        assert spans.ago(now + timedelta(hours=2), now) == "in 2 h"
        assert spans.ago(now, now) == "just now"


def test_a_time_limit_changes_for_what_starts_from_now_on() -> None:
    client = make.browser("zhao")
    audit_limit = next(limit for limit in deadlines.time_limits() if limit.clock_kind == "order_audit")
    answer = client.post(f"/settings/limits/{audit_limit.id}", {"amount": "90", "unit": "min"})
    assert answer.status_code == 302
    changed = next(limit for limit in deadlines.time_limits() if limit.clock_kind == "order_audit")
    assert (changed.target_s, changed.version) == (5_400, 2)
    assert 'value="90"' in client.get("/settings/limits").content.decode()


@pytest.mark.parametrize("amount", ["0", "-5", "x", "99999999999", "400000000"])
def test_a_time_limit_that_is_none_is_refused_with_a_message(amount: str) -> None:
    client = make.browser("zhao", locale="en")
    limit = deadlines.time_limits()[0]
    page = client.post(
        f"/settings/limits/{limit.id}",
        {"amount": amount, "unit": "h"},
        headers={"Referer": "http://testserver/settings/limits"},
        follow=True,
    )
    assert "Give a time between one second and a year." in page.content.decode()
    assert deadlines.time_limits()[0] == limit


def test_money_is_typed_in_whole_units_by_currency() -> None:
    client = make.browser("zhao", locale="en")
    name = "orders.auto_audit_limits_minor"
    client.post(f"/settings/numbers/{name}", {"value": "CNY 1,234.50; jpy 9000", "reason": "Season"})
    assert [version.value for version in parameters.history(name)] == [{"CNY": 123_450, "JPY": 9_000}]
    assert "CNY 1,234.50; JPY 9,000" in client.get(f"/settings/numbers/{name}").content.decode()
    for nonsense in ("nan", "CNY nan", "CNY 5; CNY 6", "XXQ 5", "CNY -5"):
        assert client.post(f"/settings/numbers/{name}", {"value": nonsense, "reason": "?"}).status_code == 422

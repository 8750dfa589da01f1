"""The form of an environment's settings, and the ledger of its paid calls."""

from decimal import Decimal

import pytest
from django.urls import reverse

from audits.models import Environment, LedgerEntry
from audits.models.environment_terms import LABELS
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def environment(project) -> Environment:
    return project.environments.create(kind="production", name="eu-west")


@pytest.fixture
def address(environment) -> str:
    return reverse("environment-edit", args=[environment.project_id, environment.pk])


def body_of(environment: Environment, **changes) -> dict:
    values = {name: getattr(environment, name) for name in LABELS} | {"models": ""}
    values = {name: "" if value is None else value for name, value in values.items()}
    return values | {"version": environment.version} | changes


def test_form_groups_every_setting(browser, ed, address):
    page = Page(browser(ed).get(address))

    assert len(page.all("fieldset", **{"class": "form-group"})) == 5
    assert {f"id_{name}" for name in LABELS} <= set(page.ids())


def test_settings_are_saved(browser, ed, environment, address):
    wish = body_of(environment, models="claude-sonnet-4-6\nclaude-haiku-4-5", daily_cap="2.50")

    browser(ed).post(address, wish)

    environment.refresh_from_db()
    assert environment.models == ["claude-sonnet-4-6", "claude-haiku-4-5"]
    assert environment.daily_cap == Decimal("2.50")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("api_url", "ftp://x", "begins with https:// or http://"),
        ("chat_template", "{}", "Write {{message}} where"),
        ("daily_cap", "5000", "from 0 to 1,000 dollars"),
        ("budget_amount", "lots", "Enter a number"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(
    browser, ed, environment, address, field, value, says
):
    response = browser(ed).post(address, body_of(environment, **{field: value}))

    page = Page(response)
    assert response.status_code == 422
    assert says in page.text
    (invalid,) = [values for tag, values in page.tags if values.get("aria-invalid") == "true"]
    assert invalid["name"] == field


def test_two_who_edit_see_both_versions(browser, ed, alice, environment, address):
    mine = body_of(environment, workspace_id="wrkspc_mine")
    environment.change(by=alice, workspace_id="wrkspc_hers")

    response = browser(ed).post(address, mine)

    text = Page(response).text
    assert response.status_code == 409
    assert "wrkspc_hers" in text
    assert "wrkspc_mine" in text
    assert Environment.objects.get().workspace_id == "wrkspc_hers"


def test_sent_again_it_replaces_knowingly(browser, ed, alice, environment, address):
    mine = body_of(environment, workspace_id="wrkspc_mine")
    environment.change(by=alice, workspace_id="wrkspc_hers")
    version = Page(browser(ed).post(address, mine)).value("version")

    browser(ed).post(address, mine | {"version": version})

    assert Environment.objects.get().workspace_id == "wrkspc_mine"


def test_ledger_says_that_nothing_was_paid(browser, vic, environment):
    address = reverse("ledger", args=[environment.project_id, environment.pk])

    assert "Nothing was paid for yet" in Page(browser(vic).get(address)).text


def test_ledger_costs_the_same_for_many_calls(browser, vic, environment):
    address = reverse("ledger", args=[environment.project_id, environment.pk])

    def pay(number: int) -> None:
        for _ in range(number):
            LedgerEntry.objects.create(
                environment=environment, model="claude-sonnet-4-6", reserved=Decimal("0.01")
            )

    pay(1)
    before = queries_of(browser(vic), address)
    pay(20)

    assert queries_of(browser(vic), address) == before
    assert "at most 0.010000" in Page(browser(vic).get(address)).text

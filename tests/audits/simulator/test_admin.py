"""The Admin API: who is asked about, in both versions and both ways of paging."""

import datetime as dt
from decimal import Decimal

import pytest

from audits.simulator.world import SpendLimit

NEW = "2026-10-21"
BETA = {"anthropic-beta": "spend-limit-reads-2026-09-26"}
DAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
MILLION = 1_000_000


@pytest.fixture
def admin(fake, api):
    """`admin(path)` is what an Admin key is told; a second argument is the version."""
    key = fake.admin_key()

    def ask(path: str, version: str = "2023-06-01", **options):
        return api(key, version).get(f"/v1/organizations/{path}", **options)

    return ask


def test_an_ordinary_key_is_no_admin_key(api):
    assert api().get("/v1/organizations/me").status_code == 401


def test_the_organization_is_named_and_no_workspace_is(admin):
    answer = admin("me")
    assert answer.json()["type"] == "organization"
    assert "anthropic-workspace-id" not in answer.headers


def test_keys_are_told_with_status_and_hint(fake, admin):
    key = fake.key(name="ci", workspace_id=fake.workspace())
    fake.key("revoked-key", name="old")
    ci, old = admin("api_keys").json()["data"]
    assert (ci["status"], old["status"]) == ("active", "inactive")
    assert ci["partial_key_hint"] == f"{key[:17]}...{key[-4:]}"
    assert ci["workspace_id"] == "wrkspc_01"
    assert [one["name"] for one in admin("api_keys?status=inactive").json()["data"]] == ["old"]


def test_the_newer_version_tells_a_scope(fake, admin):
    fake.key(name="one", workspace_id="wrkspc_01")
    fake.key("workspace-required", name="all")
    one, every = admin("api_keys", NEW).json()["data"]
    assert one["scope"] == {"type": "workspace", "workspace_id": "wrkspc_01"}
    assert every["scope"] == {"type": "organization"}
    assert "workspace_id" not in one


def test_lists_are_paged_by_id_in_both_directions(fake, admin):
    for number in range(5):
        fake.workspace(f"Workspace {number}")
    first = admin("workspaces?limit=2").json()
    assert first["has_more"]
    second = admin(f"workspaces?limit=2&after_id={first['last_id']}").json()
    back = admin(f"workspaces?limit=2&before_id={second['first_id']}").json()
    assert [row["id"] for row in back["data"]] == [row["id"] for row in first["data"]]
    last = admin(f"workspaces?limit=2&after_id={second['last_id']}").json()
    assert (len(last["data"]), last["has_more"]) == (1, False)


def test_archived_workspaces_are_told_when_asked_for(fake, admin):
    fake.workspace("Gone", archived_at=DAY)
    assert admin("workspaces").json()["data"] == []
    assert len(admin("workspaces?include_archived=true").json()["data"]) == 1


def test_rate_limits_are_told_in_both_forms(admin):
    old = admin("rate_limits?model=claude-sonnet-5-5").json()["data"]
    new = admin("rate_limits?model=claude-sonnet-5-5", NEW).json()["data"]
    assert old[0]["group_type"] == "model_group"
    assert new[0]["group"]["id"] == "group_sonnet"
    assert old[0]["limits"] == new[0]["limits"]


def test_rate_limits_of_a_workspace_need_the_workspace(fake, admin):
    assert admin(f"workspaces/{fake.workspace()}/rate_limits").status_code == 200
    assert admin("workspaces/wrkspc_none/rate_limits").status_code == 404


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("organization_not_enrolled_in_beta", 400),
        ("organization_type_not_supported", 400),
        ("permission", 403),
    ],
)
def test_spend_limits_may_not_be_available(fake, admin, code, status):
    fake.world.spend_limits = code
    answer = admin("spend_limits", headers=BETA)
    assert answer.status_code == status
    assert status == 403 or answer.json()["error"]["details"]["error_code"] == code


def test_spend_limits_are_behind_a_beta_header_and_in_cents(fake, admin):
    fake.world.spend_limits = [SpendLimit(50_000), SpendLimit(900, "workspace", "wrkspc_01")]
    assert admin("spend_limits").status_code == 404
    whole, part = admin("spend_limits", headers=BETA).json()["data"]
    assert (whole["amount"], whole["scope"]) == ("50000", {"type": "organization"})
    assert part["scope"] == {"type": "workspace", "workspace_id": "wrkspc_01"}


def test_usage_is_summed_by_bucket_and_group(fake, admin):
    for hour in (1, 2, 30):
        at = DAY + dt.timedelta(hours=hour)
        fake.used(at, "claude-sonnet-5-5", input=10, read=90, written_1h=5, output=7)
    path = f"usage_report/messages?starting_at={DAY:%Y-%m-%dT%H:%M:%SZ}&group_by[]=model&limit=2"
    first, second = admin(path).json()["data"]
    [result] = first["results"]
    assert (result["model"], result["uncached_input_tokens"]) == ("claude-sonnet-5-5", 20)
    assert result["cache_creation"]["ephemeral_1h_input_tokens"] == 10
    assert second["results"][0]["output_tokens"] == 7


@pytest.mark.parametrize(("width", "most"), [("1m", 1_440), ("1h", 168), ("1d", 31)])
def test_buckets_are_limited_and_go_on_on_the_next_page(admin, width, most):
    start = "usage_report/messages?starting_at=2026-01-01T00:00:00Z"
    path = f"{start}&ending_at=2026-05-01T00:00:00Z&bucket_width={width}"
    assert admin(f"{path}&limit={most + 1}").status_code == 400
    first = admin(f"{path}&limit={most}").json()
    assert (len(first["data"]), first["has_more"]) == (most, True)
    second = admin(f"{path}&limit={most}&page={first['next_page']}").json()
    assert second["data"][0]["starting_at"] == first["data"][-1]["ending_at"]


def test_reports_lag_five_minutes(fake, api, admin):
    api().message()
    path = f"usage_report/messages?starting_at={fake.world.today():%Y-%m-%dT00:00:00Z}"

    def known() -> int:
        days = admin(path).json()["data"]
        return sum(row["output_tokens"] for day in days for row in day["results"])

    assert known() == 0
    fake.advance(301)
    assert known() == 12


def test_costs_are_decimal_strings_of_cents(fake, admin):
    fake.used(DAY, "claude-opus-5-5", input=MILLION, output=MILLION, read=MILLION)
    fake.cost(DAY.date(), "0.5")
    path = f"cost_report?starting_at={DAY:%Y-%m-%dT%H:%M:%SZ}&limit=1"
    [day] = admin(path).json()["data"]
    [result] = day["results"]
    assert Decimal(result["amount"]) == Decimal("2420.5")
    assert isinstance(result["amount"], str)
    assert result["currency"] == "USD"


def test_long_prompts_of_the_small_model_cost_more(fake, admin):
    fake.used(DAY, "claude-haiku-5-5", input=100_000)
    fake.used(DAY + dt.timedelta(days=1), "claude-haiku-5-5", input=100_001)
    path = f"cost_report?starting_at={DAY:%Y-%m-%dT%H:%M:%SZ}&limit=2"
    short, long = (Decimal(day["results"][0]["amount"]) for day in admin(path).json()["data"])
    assert (short, long) == (Decimal(1), Decimal("5.00005"))


def test_costs_come_by_the_day_alone(admin):
    answer = admin("cost_report?starting_at=2026-11-01T00:00:00Z&bucket_width=1h")
    assert answer.status_code == 400

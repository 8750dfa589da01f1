"""Every row of the error table, by the three rungs of the ladder."""

import pytest

from audits.simulator.problems import AT_INFERENCE, PASSING, PROBLEMS
from tests.audits.simulator.conftest import MODEL

# What a key or an organization is in -> status and error type.
AT_THE_DOOR = {
    "invalid-key": (401, "authentication_error"),
    "revoked-key": (401, "authentication_error"),
    "expired-key": (401, "authentication_error"),
    "workspace-required": (400, "invalid_request_error"),
    "organization-disabled": (400, "invalid_request_error"),
    "organization-on-hold": (400, "invalid_request_error"),
    "permission": (403, "permission_error"),
    "edge": (403, "forbidden"),
}
OF_MONEY = {
    "credits-exhausted": (400, "Your credit balance is too low", ""),
    "spend-limit-reached": (400, "You have reached your specified API usage limits", ""),
    "workspace-spend-limit-reached": (
        400,
        "You have reached your specified workspace API usage limits",
        "",
    ),
    "tier-cap": (429, "", "enforced_spend_limit_reached"),
    "contract-cap": (429, "", "contract_spend_limit_reached"),
    "ramp-limit": (429, "", "ramp_limit_exceeded"),
    "billing": (402, "", ""),
}


@pytest.mark.parametrize("situation", AT_THE_DOOR)
def test_what_is_wrong_with_a_key_is_said_at_the_free_rung(fake, api, situation):
    answer = api(fake.key(situation)).get("/v1/models?limit=1")
    assert (answer.status_code, answer.json()["error"]["type"]) == AT_THE_DOOR[situation]


@pytest.mark.parametrize("situation", OF_MONEY)
def test_what_is_wrong_with_the_money_shows_in_a_paid_call_alone(fake, api, situation):
    rungs = api(fake.key(situation))
    assert rungs.get("/v1/models?limit=1").status_code == 200
    assert rungs.count().status_code == 200
    answer = rungs.message()
    status, start, code = OF_MONEY[situation]
    error = answer.json()["error"]
    assert answer.status_code == status
    assert error["message"].startswith(start)
    assert error.get("details", {}).get("error_code", "") == code
    assert "retry-after" not in answer.headers


def test_every_situation_of_money_is_tried():
    assert set(OF_MONEY) == set(AT_INFERENCE)


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_problem_is_answered_with_its_status(fake, api, name):
    fake.plan(name)
    answer = api().message()
    assert answer.status_code == PROBLEMS[name].status
    assert answer.headers["request-id"].startswith("req_")


def test_the_envelope_names_type_message_and_request(fake, api):
    answer = api(fake.key("organization-on-hold")).message()
    assert answer.json() == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "This organization has been disabled.",
            "details": {"error_code": "organization_on_hold"},
        },
        "request_id": answer.headers["request-id"],
    }


def test_at_the_edge_the_envelope_lacks_its_outer_type(fake, api):
    answer = api(fake.key("edge")).message()
    assert set(answer.json()) == {"error"}


def test_a_key_of_the_organization_asks_for_a_workspace(fake, api):
    rungs = api(fake.key("workspace-required"))
    named = {"anthropic-workspace-id": fake.workspace()}
    unknown = {"anthropic-workspace-id": "wrkspc_none"}
    assert rungs.message().json()["error"]["message"].startswith("anthropic-workspace-id is req")
    assert rungs.message(headers=named).status_code == 200
    refused = rungs.message(headers=unknown)
    assert refused.status_code == 404
    assert refused.json()["error"]["message"] == "Workspace `wrkspc_none` not found."


def test_a_key_expires_when_its_time_has_come(fake, api):
    rungs = api(fake.key(expires_at=fake.world.today()))
    assert rungs.get("/v1/models").status_code == 401


@pytest.mark.parametrize("credential", ["x-api-key", "authorization"])
def test_both_credential_headers_work(fake, api, credential):
    key = fake.key()
    asking = api(key).client
    del asking.headers["x-api-key"]
    asking.headers[credential] = key if credential == "x-api-key" else f"Bearer {key}"
    assert asking.get("/v1/models").status_code == 200


def test_without_a_credential_or_a_version_nothing_is_answered(api):
    asking = api().client
    del asking.headers["anthropic-version"]
    answer = asking.get("/v1/models")
    assert "anthropic-version: header is required" in answer.text
    del asking.headers["x-api-key"]
    assert asking.get("/v1/models").status_code == 401


def test_organization_and_workspace_are_told_once_they_are_known(fake, api):
    known, unknown = api().get("/v1/models"), api(fake.key("invalid-key")).get("/v1/models")
    for name in ("anthropic-organization-id", "anthropic-workspace-id"):
        assert known.headers[name]
        assert name not in unknown.headers


@pytest.mark.parametrize("model", ["claude-3-unknown", "claude-sonnet-4-20250514"])
def test_an_unknown_or_retired_model_is_not_found(api, model):
    answer = api().message(model=model)
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, f"model: {model}")


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_the_newer_version_takes_no_sampling(api, name):
    assert api().message(**{name: 1}).status_code == 200
    assert api(version="2026-10-21").message(**{name: 1}).status_code == 400


def test_more_than_32_mb_is_refused_without_json(api):
    answer = api().client.post("/v1/messages", content=b" " * (32 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "text/html"


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"max_tokens": None},
        {"messages": []},
        {"messages": "Hello"},
        {"model": 3},
    ],
)
def test_a_bad_request_is_refused_and_costs_nothing(fake, api, wrong):
    answer = api().message(**wrong)
    assert (answer.status_code, fake.world.used) == (400, [])


def test_every_answer_says_that_it_is_simulated(fake, api):
    assert "simulator" in api().get("/v1/models").headers["x-simulated-by"]
    assert MODEL in {model.id for model in fake.world.models}

"""Every row of the table of errors, as a server really answers it."""

import pytest

from audits.net.door import DoorFault, Fault
from audits.probes.base import Credential
from audits.probes.claude import ApiFault, Situation
from audits.probes.claude_errors import NEXT_STEP, Envelope, classify, classify_type
from audits.probes.claude_faults import of_door
from tests.audits.probes.clients import HELLO, MODEL, Practice, client
from tests.fakes.claude import running

ONCE = Practice(attempts=1, connect_s=25, total_s=25)
OF_A_KEY = {
    "invalid-key": (401, Situation.INVALID_KEY),
    "expired-key": (401, Situation.KEY_REJECTED),
    "workspace-required": (400, Situation.WORKSPACE_REQUIRED),
    "credits-exhausted": (400, Situation.CREDIT_EXHAUSTED),
    "spend-limit-reached": (400, Situation.OWN_SPEND_LIMIT),
    "workspace-spend-limit-reached": (400, Situation.WORKSPACE_SPEND_LIMIT),
    "tier-cap": (429, Situation.TIER_SPEND_CAP),
    "contract-cap": (429, Situation.CONTRACT_SPEND_CAP),
    "ramp-limit": (429, Situation.RAMP_LIMIT),
    "organization-disabled": (400, Situation.ORGANIZATION_DISABLED),
    "organization-on-hold": (400, Situation.ORGANIZATION_DISABLED),
    "billing": (402, Situation.BILLING),
    "permission": (403, Situation.NO_PERMISSION),
    "edge": (403, Situation.BLOCKED_AT_EDGE),
}
OF_A_MOMENT = {
    "version-missing": (400, Situation.VERSION_MISSING),
    "unclassified-400": (400, Situation.UNCLASSIFIED_400),
    "not-found": (404, Situation.NOT_FOUND),
    "request-timeout": (408, Situation.TIMED_OUT_THERE),
    "conflict": (409, Situation.CONFLICT),
    "too-large": (413, Situation.TOO_LARGE),
    "unprocessable": (422, Situation.UNEXPECTED),
    "rate-limited": (429, Situation.RATE_LIMITED),
    "server-error": (500, Situation.SERVER),
    "bad-gateway": (502, Situation.SERVER),
    "unavailable": (503, Situation.SERVER),
    "timeout": (504, Situation.SERVER),
    "overloaded": (529, Situation.OVERLOADED),
}


def fault_of(claude, **more) -> ApiFault:
    with pytest.raises(ApiFault) as caught:
        claude.message(HELLO, **more)
    assert caught.value.next_step == NEXT_STEP[caught.value.situation]
    return caught.value


@pytest.mark.parametrize("situation", OF_A_KEY)
def test_each_situation_of_a_key_is_told_apart(fake, situation):
    fault = fault_of(client(fake, fake.key(situation), practice=ONCE))
    assert (fault.status, fault.situation) == OF_A_KEY[situation]


@pytest.mark.parametrize("name", OF_A_MOMENT)
def test_each_answer_of_a_moment_is_told_apart(fake, name):
    fake.plan(name)
    fault = fault_of(client(fake, practice=ONCE))
    assert (fault.status, fault.situation) == OF_A_MOMENT[name]


def test_an_unknown_model_and_an_unknown_workspace_are_no_wrong_address(fake):
    claude = client(fake, practice=ONCE)
    with pytest.raises(ApiFault) as caught:
        claude.count_tokens("claude-none-1", HELLO["messages"])
    assert caught.value.situation is Situation.MODEL_UNKNOWN
    fault = fault_of(client(fake, workspace_id="wrkspc_none", practice=ONCE))
    assert fault.situation is Situation.WORKSPACE_UNKNOWN


def test_an_error_keeps_what_support_asks_for(fake):
    fake.plan("tier-cap")
    fault = fault_of(client(fake, practice=ONCE))
    assert fault.request_id.startswith("req_")
    assert (fault.type, fault.error_code) == (
        "rate_limit_error",
        "enforced_spend_limit_reached",
    )
    assert fault.says.startswith("The API answered 429 rate_limit_error: Your organization has")
    assert fault.reply.headers.get("retry-after") is None


@pytest.mark.parametrize("credential", Credential)
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_both_versions_and_both_credential_headers_work(fake, credential, version):
    claude = client(fake, credential=credential, api_version=version)
    assert claude.message(HELLO).model == MODEL
    headers = {name.lower(): value for name, value in fake.requests[-1].headers.items()}
    assert headers["anthropic-version"] == version
    assert ("authorization" in headers) == (credential is Credential.BEARER)
    assert ("x-api-key" in headers) == (credential is Credential.API_KEY)


@pytest.mark.parametrize(
    ("status", "body", "situation"),
    [
        (401, {}, Situation.KEY_REJECTED),
        (401, {"error": {"message": "Invalid bearer token"}}, Situation.INVALID_KEY),
        (403, {}, Situation.BLOCKED_AT_EDGE),
        (403, {"error": {"type": "permission_error"}}, Situation.NO_PERMISSION),
        (400, {"error": "text"}, Situation.UNCLASSIFIED_400),
        (400, {"error": {"message": 3, "type": None}}, Situation.UNCLASSIFIED_400),
        (429, {"error": {"details": "x"}}, Situation.RATE_LIMITED),
        (429, {"error": {"details": {"error_code": "new"}}}, Situation.RATE_LIMITED),
        (500, {"error": {"type": "overloaded_error"}}, Situation.OVERLOADED),
        (599, [], Situation.SERVER),
        (418, None, Situation.UNEXPECTED),
        (301, None, Situation.UNEXPECTED),
    ],
)
def test_bodies_of_other_shapes_are_borne(status, body, situation):
    assert classify(status, Envelope.of(body)) is situation


def test_an_error_in_mid_stream_is_told_by_its_type():
    assert classify_type("overloaded_error") is Situation.OVERLOADED
    assert classify_type("rate_limit_error") is Situation.RATE_LIMITED
    assert classify_type("brand_new_error") is Situation.UNEXPECTED


def test_every_situation_says_what_to_do():
    assert set(NEXT_STEP) == set(Situation)


@pytest.mark.parametrize("what", ["garbage", "cut", "reset"])
def test_what_breaks_the_connection_is_a_connection_fault(fake, what):
    fake.plan(what)
    fault = fault_of(client(fake, practice=ONCE))
    assert (fault.status, fault.situation) == (None, Situation.CONNECTION)
    assert fault.says.startswith("The API ")


def test_an_answer_that_is_no_json_names_the_address_as_the_cause(fake):
    fake.plan("status", body="<html>Welcome to nginx</html>", kind="text/html")
    fault = fault_of(client(fake, practice=ONCE))
    assert (fault.status, fault.situation) == (200, Situation.UNREADABLE)
    assert "Welcome to nginx" in fault.message


def test_a_redirect_is_not_followed_with_the_key(fake):
    with running() as elsewhere:
        fake.plan("status", status=302, headers={"location": f"{elsewhere.api_url}/v1/models"})
        fault = fault_of(client(fake, practice=ONCE))
        assert (fault.status, fault.situation) == (302, Situation.UNEXPECTED)
        assert not elsewhere.requests


def test_nobody_there_is_a_connection_fault(fake):
    fault = fault_of(client(fake, api_url="http://127.0.0.1:9", practice=ONCE))
    assert (fault.situation, fault.sent) == (Situation.CONNECTION, False)


def test_an_address_that_the_door_refuses_is_ours_to_correct(fake):
    fault = fault_of(client(fake, api_url="http://10.0.0.1", practice=ONCE))
    assert fault.situation is Situation.REFUSED_HERE
    assert of_door(DoorFault(Fault.DNS, "has no address")).situation is Situation.CONNECTION


def test_a_key_in_an_answer_is_not_repeated(fake):
    key = fake.key()
    fake.plan("status", status=400, body=f'{{"error": {{"message": "what is {key}?"}}}}')
    fault = fault_of(client(fake, key, practice=ONCE))
    shown = f"{fault} {fault.message} {fault.reply.text} {fault!r}"
    assert "what is [redacted]" in fault.message
    assert key not in shown

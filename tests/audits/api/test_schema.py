"""The API against its own description: every operation, with everything wrong that can be sent."""

import json

import jsonschema
import pytest
from django.urls import reverse

from audits.api import urls
from audits.models import Release
from tests.audits.views.routes import ALL, API_READS, API_WRITES
from tests.audits.views.test_sealed import everything

WRONG = [None, True, 0, 1.5, [], {}, ["v1"], {"name": "v1"}]
METHODS = ("get", "post", "put", "patch", "delete")


def schema() -> dict:
    return json.loads(json.dumps(urls.schema()))


def operations() -> dict[str, tuple[str, str, dict]]:
    """Each operation by its id: path, method and description."""
    return {
        told["operationId"]: (path, method, told)
        for path, methods in schema()["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    }


# What each operation takes; a new one has to be told here.
GOOD = {
    "register_release": {"name": "v1"},
    "sign_off_state": {"release": "v1"},
    "list_actions": {},
}


def send(machine, name: str, project, sent):
    path, method, _ = operations()[name]
    address = path.replace("{project}", str(project.pk))
    return machine.get(address, **sent) if method == "get" else machine.post(address, sent)


def takes_body(name: str) -> bool:
    return "requestBody" in operations()[name][2]


BODIES = sorted(name for name in GOOD if takes_body(name))


def test_every_operation_is_tried():
    assert sorted(operations()) == sorted(GOOD)


def test_every_route_is_an_operation_and_those_that_write_are_known():
    writes = {name for name, (_, method, _) in operations().items() if method != "get"}

    assert len(operations()) == len(API_READS | API_WRITES)
    assert len(writes) == len(API_WRITES)
    assert writes == {"register_release"}


def test_description_is_served_to_everybody(client, db):
    answer = client.get(reverse("api-openapi"))

    assert answer.json() == schema()
    assert "/" + ALL["api-openapi"].path == "/api/v1/openapi.json"
    assert set(schema()["paths"]) == {
        "/api/v1/actions",
        "/api/v1/projects/{project}/releases",
        "/api/v1/projects/{project}/sign-off",
    }


def test_every_operation_asks_for_a_bearer_token():
    assert schema()["components"]["securitySchemes"]["TeamToken"]["scheme"] == "bearer"
    assert all(told["security"] == [{"TeamToken": []}] for _, _, told in operations().values())


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_failure_is_declared(name):
    declared = set(operations()[name][2]["responses"])

    assert {"400", "401", "404", "422", "429"} <= {str(status) for status in declared}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_answer_is_the_one_that_is_described(machine, name, signed_project):
    answer = send(machine, name, signed_project, GOOD[name])

    conforms(answer, name)
    assert answer.status_code < 300


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_fields_are_named(machine, project, name):
    for field in GOOD[name]:
        sent = {key: value for key, value in GOOD[name].items() if key != field}

        answer = send(machine, name, project, sent)

        assert answer.status_code == 422
        assert any(field in fault["where"] for fault in answer.json()["faults"])
        conforms(answer, name)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_unknown_fields_are_named(machine, project, name):
    answer = send(machine, name, project, GOOD[name] | {"surprise": "x"})

    assert answer.status_code == 422
    assert any("surprise" in fault["where"] for fault in answer.json()["faults"])
    conforms(answer, name)
    assert not Release.objects.exists()


def test_field_that_is_sent_twice_is_refused(machine, gate):
    answer = machine.client.get(f"{gate}?release=v1&release=v2")

    assert answer.status_code == 422
    assert answer.json()["faults"] == [{"where": "query.release", "what": "Send it once."}]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("name", BODIES)
def test_no_type_is_guessed(machine, project, name, wrong):
    for field in GOOD[name]:
        answer = send(machine, name, project, GOOD[name] | {field: wrong})

        assert answer.status_code == 422
        conforms(answer, name)
    assert not Release.objects.exists()


@pytest.mark.parametrize("audit", ["", "x", "1", "true", "0" * 31])
def test_audit_that_is_no_identifier_is_refused(machine, gate, audit):
    answer = machine.get(gate, release="v1", audit=audit)

    assert answer.status_code == 422
    conforms(answer, "sign_off_state")


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00b", "a\u202eb"])
def test_release_to_ask_for_that_makes_no_sense_is_refused(machine, gate, name):
    answer = machine.get(gate, release=name)

    assert answer.status_code == 422
    conforms(answer, "sign_off_state")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_was_sent_does_not_come_back_in_a_refusal(machine, project, name):
    answer = send(machine, name, project, GOOD[name] | {"surprise": "hunter2"})

    assert "hunter2" not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(GOOD))
def test_nothing_that_the_api_does_changes_a_sealed_audit(machine, name, signed_project):
    before = everything()

    send(machine, name, signed_project, GOOD[name])

    assert everything() == before


@pytest.fixture
def signed_project(sealed_audit):
    return sealed_audit.project


def conforms(answer, name: str) -> None:
    """Whether the answer is what the description says of that status."""
    told = {str(key): value for key, value in operations()[name][2]["responses"].items()}
    content = told[str(answer.status_code)]["content"]["application/json"]["schema"]
    definitions = schema()["components"]
    jsonschema.validate(answer.json(), content | {"components": definitions})

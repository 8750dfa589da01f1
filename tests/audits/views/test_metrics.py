import pytest
from django.utils import timezone

from audits.probes.claude_calls import Call, milliseconds
from audits.probes.metrics import count

TOKEN = "a-token-of-the-operator"


@pytest.fixture
def open_to_prometheus(settings):
    settings.METRICS_TOKEN = TOKEN


def scraped(client, header):
    return client.get("/metrics", headers={"authorization": header} if header else {})


def test_whoever_has_the_token_reads_what_this_installation_called(client, open_to_prometheus):
    call = Call(timezone.now(), "GET", "/v1/models", "c", 1, "", milliseconds(0.2), 200)
    count(call, "")
    response = scraped(client, f"Bearer {TOKEN}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'anthropic_requests_total{model="unknown",status="success"}' in response.text
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_nobody_else_does(client, open_to_prometheus, header):
    response = scraped(client, header)
    assert (response.status_code, response["WWW-Authenticate"]) == (
        401,
        'Bearer realm="metrics"',
    )
    assert "anthropic" not in response.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer "])
def test_without_a_token_there_is_nothing_to_read(client, header):
    response = scraped(client, header)
    assert (response.status_code, response.text) == (
        404,
        "Set METRICS_TOKEN to have metrics here.\n",
    )

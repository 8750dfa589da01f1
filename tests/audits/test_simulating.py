import pytest

from audits.models import doors, simulating


@pytest.fixture
def endpoint(settings):
    settings.SIMULATOR_ENDPOINT = ("127.0.0.1", 4321)
    return settings.SIMULATOR_ENDPOINT


@pytest.mark.parametrize("path", ["claude", "status", "app", "app/health/ready"])
def test_an_address_leads_to_the_running_simulator(endpoint, path):
    assert simulating.address(f"simulator:{path}") == f"http://127.0.0.1:4321/{path}"


def test_any_other_address_stays_as_it_is(endpoint):
    assert simulating.address("https://example.org/x") == "https://example.org/x"


def test_without_a_simulator_the_error_says_how_to_start_one(settings):
    settings.SIMULATOR_ENDPOINT = None
    with pytest.raises(LookupError, match="SIMULATOR=1"):
        simulating.address("simulator:claude")


def test_the_door_of_what_is_simulated_leads_to_the_simulator_and_nowhere_else(endpoint):
    assert list(doors.door(simulated=True).endpoints) == [endpoint]


def test_who_writes_the_simulators_address_itself_does_not_get_there(endpoint):
    assert list(doors.door().endpoints) == []

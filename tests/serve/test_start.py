import json
import stat
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.serve.served import SLOWNESS, Served, ask, everything_of, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first_start(tmp_path_factory):
    """The product with its demo, from nothing but a folder that was there before and is open to
    others; everything embedded. It takes long: the tests share it, and look only."""
    folder = tmp_path_factory.mktemp("first-start") / "var"
    folder.mkdir(mode=0o755)
    embedded = {"DATABASE_URL": "", "REDIS_URL": "", "CELERY_BROKER_URL": ""}
    here = {"DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": "0", "TICK_SECONDS": "1"}
    served = Served(embedded | here | {"DEMO": "1", "WORKER_PROCESSES": "1"})
    yield served
    served.kill()
    assert everything_of(str(folder)) == []


def test_first_start_answers_before_the_worker_and_is_ready_when_it_works(first_start):
    first_start.wait_until_ready()
    assert first_start.get("/health/live") == (200, {"status": "live"})
    _, answer = first_start.get("/health/ready")
    # As far as they have not come meanwhile.
    assert set(answer.get("reasons", [])) <= {
        "No worker has ever reported.",
        "No scheduler has ever reported.",
    }
    wait_for(lambda: first_start.get("/health/ready") == (200, {"status": "ready"}), 60)
    # What a newcomer is to see within a minute, with no key.
    wait_for(lambda: seen_in(first_start.data_dir) == [True] * 4, 60)


def seen_in(data_dir) -> list[bool]:
    """A probe that passes, one that fails, a conflict, and a spend alert."""
    runs = "SELECT count(*) FROM audits_proberun WHERE verdict = "
    conflicts = "SELECT count(*) FROM audits_answer WHERE state = 'done' AND verdict = 'fail'"
    spent = "SELECT count(*) FROM audits_alert WHERE kind = 'spend'"
    asked = [f"{runs}'pass'", f"{runs}'fail'", conflicts, spent]
    return [ask({"DATA_DIR": data_dir}, each)[0][0] > 0 for each in asked]


def test_first_start_tells_the_demo_sign_in_and_keeps_it_private(first_start):
    first_start.wait_until_ready()
    kept = Path(first_start.data_dir) / "demo-credentials.json"
    wait_for(lambda: json.loads(kept.read_text())["password"] in first_start.text, 5)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_first_start_makes_the_key_that_seals_and_shows_its_certificate(first_start):
    first_start.wait_until_ready()
    kept = Path(first_start.data_dir) / "signing" / "identity.pem"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with urllib.request.urlopen(f"{first_start.url}/verify/certificate.pem", timeout=60) as answer:
        shown = answer.read()
    assert shown in kept.read_bytes()
    assert b"PRIVATE" not in shown + first_start.text.encode()


def test_nothing_in_a_data_folder_that_was_there_before_is_open_to_other_users(first_start):
    # The worker made, signed and stored one of what the demo signed.
    reports = "SELECT count(*) FROM audits_reportfile"
    wait_for(lambda: ask({"DATA_DIR": first_start.data_dir}, reports)[0][0], 60)

    assert open_to_others(Path(first_start.data_dir)) == []


def open_to_others(folder: Path) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # a message of the broker that was taken meanwhile
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.append(str(path.relative_to(folder)))
    return found


def test_second_start_is_quick(serve):
    served = serve()
    served.wait_until_ready()
    served.stop()
    again = serve()
    seconds = again.wait_until_ready()
    assert seconds < 15 * SLOWNESS


def test_ipv6_address_is_written_in_brackets(serve):
    served = serve(HOST="::1")
    served.wait_until_ready()
    assert served.url.startswith("http://[::1]:")
    assert served.get("/health/live")[0] == 200

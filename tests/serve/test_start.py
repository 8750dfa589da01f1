import json
import stat
import urllib.request

import pytest

from tests.serve.served import SLOWNESS, ask, wait_for

pytestmark = pytest.mark.slow


def test_first_start_answers_before_the_worker_and_is_ready_when_it_works(serve, tmp_path):
    served = serve(DATABASE_URL="", DATA_DIR=str(tmp_path / "var"), DEMO="1")
    served.wait_until_ready()
    assert served.get("/health/live") == (200, {"status": "live"})
    _, answer = served.get("/health/ready")
    # As far as they have not come meanwhile.
    assert set(answer.get("reasons", [])) <= {
        "No worker has ever reported.",
        "No scheduler has ever reported.",
    }
    wait_for(lambda: served.get("/health/ready") == (200, {"status": "ready"}), 60)
    # What a newcomer is to see within a minute, with no key.
    wait_for(lambda: seen_in(tmp_path / "var") == [True] * 4, 60)


def seen_in(data_dir) -> list[bool]:
    """A probe that passes, one that fails, a conflict, and a spend alert."""
    runs = "SELECT count(*) FROM audits_proberun WHERE verdict = "
    conflicts = "SELECT count(*) FROM audits_answer WHERE state = 'done' AND verdict = 'fail'"
    spent = "SELECT count(*) FROM audits_alert WHERE kind = 'spend'"
    asked = [f"{runs}'pass'", f"{runs}'fail'", conflicts, spent]
    return [ask({"DATA_DIR": str(data_dir)}, each)[0][0] > 0 for each in asked]


def test_first_start_tells_the_demo_sign_in_and_keeps_it_private(serve, tmp_path):
    served = serve(DATABASE_URL="", DATA_DIR=str(tmp_path / "var"), DEMO="1")
    served.wait_until_ready()
    kept = tmp_path / "var" / "demo-credentials.json"
    wait_for(lambda: json.loads(kept.read_text())["password"] in served.text, 5)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)]
    assert modes == [0o600, 0o700]


def test_first_start_makes_the_key_that_seals_and_shows_its_certificate(serve, tmp_path):
    served = serve(DATABASE_URL="", DATA_DIR=str(tmp_path / "var"))
    served.wait_until_ready()
    kept = tmp_path / "var" / "signing" / "identity.pem"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with urllib.request.urlopen(f"{served.url}/verify/certificate.pem", timeout=60) as answer:
        shown = answer.read()
    assert shown in kept.read_bytes()
    assert b"PRIVATE" not in shown + served.text.encode()


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

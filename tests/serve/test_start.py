import json
import stat

import pytest

from tests.serve.served import wait_for

pytestmark = pytest.mark.slow


def test_first_start_answers_before_the_worker_and_is_ready_when_it_works(serve, tmp_path):
    served = serve(DATABASE_URL="", DATA_DIR=str(tmp_path / "var"), TICK_SECONDS="1")
    served.wait_until_ready()
    assert served.get("/health/live") == (200, {"status": "live"})
    status, answer = served.get("/health/ready")
    assert (status, answer["reasons"]) == (
        503,
        ["No worker has ever reported.", "No scheduler has ever reported."],
    )
    wait_for(lambda: served.get("/health/ready") == (200, {"status": "ready"}), 60)


def test_first_start_tells_the_demo_sign_in_and_keeps_it_private(serve, tmp_path):
    served = serve(DATABASE_URL="", DATA_DIR=str(tmp_path / "var"))
    served.wait_until_ready()
    kept = tmp_path / "var" / "demo-credentials.json"
    wait_for(lambda: json.loads(kept.read_text())["password"] in served.text, 5)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)]
    assert modes == [0o600, 0o700]


def test_second_start_is_quick(serve):
    served = serve()
    served.wait_until_ready()
    served.stop()
    again = serve()
    seconds = again.wait_until_ready()
    # Within 5 s on an idle machine; CI's is not.
    assert seconds < 20


def test_ipv6_address_is_written_in_brackets(serve):
    served = serve(HOST="::1")
    served.wait_until_ready()
    assert served.url.startswith("http://[::1]:")
    assert served.get("/health/live")[0] == 200

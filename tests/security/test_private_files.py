import stat

import pytest

from tests.serve.served import wait_for

pytestmark = pytest.mark.slow


def open_to_others(folder) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


def test_nothing_in_a_data_folder_that_was_there_before_is_open_to_other_users(serve, tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)

    served = serve(DATABASE_URL="", CELERY_BROKER_URL="", DATA_DIR=str(folder))
    served.wait_until_ready()
    wait_for(lambda: list(folder.glob("reports/*.pdf")), 60)

    assert open_to_others(folder) == []

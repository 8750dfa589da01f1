"""The embedded cache: what one process writes, all others see."""

import multiprocessing
import threading

import pytest
import time_machine

from config.cache import FileCache


@pytest.fixture
def cache(tmp_path):
    return FileCache(str(tmp_path / "cache.sqlite3"), {})


def another(cache):
    """The same cache, as another thread or process has it."""
    return FileCache(cache.location, {})


def test_what_one_writes_another_reads(cache):
    cache.set("limit", [3.5, 2.5])
    assert another(cache).get("limit") == [3.5, 2.5]


def test_what_nobody_wrote_is_the_default(cache):
    assert cache.get("limit", "none") == "none"


def test_only_the_first_adds(cache):
    assert [cache.add("lock", 1), another(cache).add("lock", 2)] == [True, False]
    assert cache.get("lock") == 1


def test_one_of_many_processes_adds(cache):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        added = pool.starmap(_adds, [(cache.location, number) for number in range(200)])
    assert sum(added) == 20


def _adds(location, number):
    return FileCache(location, {}).add(f"lock-{number // 10}", True)


def test_expired_entry_is_as_if_it_had_never_been(cache):
    with time_machine.travel(0, tick=False) as clock:
        cache.set("limit", 1, timeout=60)
        clock.shift(60)
        assert cache.get("limit") is None
        assert cache.add("limit", 2)


def test_expired_entries_leave_the_file(cache):
    with time_machine.travel(0, tick=False) as clock:
        for number in range(10):
            cache.set(f"guess-{number}", 1, timeout=60)
        clock.shift(60)
        cache.set("next", 1)
    assert cache.connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)


def test_entry_without_an_end_stays(cache):
    with time_machine.travel(0, tick=False) as clock:
        cache.set("limit", 1, timeout=None)
        clock.shift(10**9)
        assert cache.get("limit") == 1


def test_touched_entry_lives_on(cache):
    with time_machine.travel(0, tick=False) as clock:
        cache.set("limit", 1, timeout=60)
        assert cache.touch("limit", timeout=600)
        clock.shift(60)
        assert cache.get("limit") == 1
    assert not cache.touch("nothing")


def test_deleted_entry_is_gone(cache):
    cache.set("limit", 1)
    assert [cache.delete("limit"), cache.delete("limit")] == [True, False]
    assert cache.get("limit") is None


def test_cleared_cache_is_empty(cache):
    cache.set("limit", 1)
    cache.clear()
    assert cache.get("limit") is None


def test_value_that_is_no_json_is_refused(cache):
    with pytest.raises(TypeError, match="not JSON serializable"):
        cache.set("limit", object())


def test_threads_that_begin_together_agree(cache):
    added = []
    barrier = threading.Barrier(8)

    def add():
        barrier.wait()
        added.append(another(cache).add("lock", True))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [False] * 7 + [True]

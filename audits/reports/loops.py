import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def outside_loops(work: Callable[P, T]) -> Callable[P, T]:
    """For what has pyHanko start event loops of its own, which cannot start inside one that runs:
    there the work is done in another thread, and waited for."""

    @wraps(work)
    def outside(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return work(*args, **kwargs)
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(work, *args, **kwargs).result()

    return outside

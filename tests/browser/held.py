"""Answers that come late, or fail once."""

import re

from tests.browser.conftest import wait_for


class Held:
    """What the server answers at once to requests whose address and method match, and the page
    gets at `release()`; with a `status`, that in place of the server, which is not asked."""

    def __init__(self, page, address: str, method: str = "GET", status: int = 0) -> None:
        self.page, self.method, self.status, self.holds = page, method, status, True
        self.answers: list = []
        page.route(re.compile(address), self._hold)

    def _hold(self, route):
        if self.holds and route.request.method == self.method:
            self.answers.append((route, None if self.status else route.fetch()))
        else:
            route.fallback()

    def wait(self):
        wait_for(lambda: self.page.wait_for_timeout(20) or self.answers)

    def release(self):
        self.holds = False
        for route, answer in self.answers:
            with self.page.expect_response(route.request.url):
                route.fulfill(response=answer) if answer else route.fulfill(status=self.status)


def fails(page, address: str, times: int = 1) -> list:
    """Of the next GETs of that address, on which a regular expression is found, so many are
    answered with 503; which ones."""
    failed: list = []

    def _fail(route):
        if route.request.method == "GET" and len(failed) < times:
            failed.append(route.request.url)
            route.fulfill(status=503, body="The server starts again.")
        else:
            route.fallback()

    page.route(re.compile(address), _fail)
    return failed

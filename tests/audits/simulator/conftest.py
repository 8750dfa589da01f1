import anthropic
import httpx2
import pytest

MODEL = "claude-sonnet-5-5"
HELLO = [{"role": "user", "content": "Hello"}]
ASK = {"model": MODEL, "max_tokens": 64, "messages": HELLO}


@pytest.fixture
def client(fake):
    with anthropic.Anthropic(api_key=fake.key(), base_url=fake.api_url) as client:
        yield client


class Api:
    """The API as somebody without an SDK asks it."""

    def __init__(self, fake, key: str, version: str = "2023-06-01") -> None:
        headers = {"x-api-key": key, "anthropic-version": version}
        self.client = httpx2.Client(base_url=fake.api_url, headers=headers, trust_env=False)

    def get(self, path: str, **options) -> httpx2.Response:
        return self.client.get(path, **options)

    def message(self, **more) -> httpx2.Response:
        headers = more.pop("headers", {})
        return self.client.post("/v1/messages", json=ASK | more, headers=headers)

    def count(self, **more) -> httpx2.Response:
        body = {"model": MODEL, "messages": HELLO} | more
        return self.client.post("/v1/messages/count_tokens", json=body)


@pytest.fixture
def api(fake):
    """`api(key, version)` asks with that key; with a valid one unless told."""
    opened = []

    def _api(key: str = "", version: str = "2023-06-01") -> Api:
        opened.append(Api(fake, key or fake.key(), version))
        return opened[-1]

    yield _api
    for one in opened:
        one.client.close()

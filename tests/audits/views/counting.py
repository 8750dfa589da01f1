"""How many queries a page costs, to say that its rows cost none of their own."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(client, url: str, **headers) -> int:
    """Of a page that answers 200, once everything that is kept for later has been fetched."""
    client.get(url, headers=headers)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url, headers=headers)
    assert response.status_code == 200
    return len(captured)

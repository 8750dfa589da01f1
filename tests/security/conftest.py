from tests.audits.conftest import *  # noqa: F403
from tests.audits.views.conftest import browser, rung, things
from tests.serve.conftest import installation, serve

__all__ = ["browser", "installation", "rung", "serve", "things"]

from tests.serve.conftest import installation, serve

__all__ = ["installation", "serve"]

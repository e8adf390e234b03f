"""The same running server and browsers as the web tests."""

from tests.web.conftest import browser, server

__all__ = ["browser", "server"]

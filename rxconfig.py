"""What the compiler and the event server of the screens need to know."""

import os

import reflex as rx

from tht_app.components.plugins import ClinicTailwind, OriginRelativePlugin
from tht_app.settings import settings

# A silent loss of the network is noticed by a missing ping; the default would take more than two minutes.
os.environ.setdefault("REFLEX_SOCKET_INTERVAL", "4")
os.environ.setdefault("REFLEX_SOCKET_TIMEOUT", "8")

config = rx.Config(
    app_name="tht_app",
    app_module_import="tht_app.tht_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=list(settings().origins),
    state_manager_mode="memory",  # pyright: ignore[reportArgumentType]  Reflex takes the word
    redis_token_expiration=12 * 3600,
    frontend_compression_formats=["gzip", "brotli"],
    plugins=[ClinicTailwind(), OriginRelativePlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)

"""Assembles the app: screens, plain routes, the gate before events, the edge before everything. No logic."""

import reflex as rx

import tht_app.pages  # noqa: F401  importing it registers every screen
from tht_app.components.layout.connection import connection_watch
from tht_app.components.layout.failure import boundary, missing_screen
from tht_app.components.layout.shell import shell
from tht_app.i18n import t
from tht_app.state.feedback import backend_exception, frontend_exception
from tht_app.web.app import create_api, edge, guard
from tht_app.worker.backup import keeping
from tht_app.worker.outbox import delivering
from tht_app.worker.sealer import sealing
from tht_app.worker.sweeper import sweeping

HEAD = [
    rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"),
    rx.el.meta(name="robots", content="noindex, nofollow"),
    rx.el.link(
        rel="preload",
        href="/fonts/atkinson-hyperlegible-next.woff2",
        type="font/woff2",
        cross_origin="anonymous",
        custom_attrs={"as": "font"},
    ),
]

app = rx.App(
    html_lang="id",
    head_components=HEAD,
    toaster=None,
    app_wraps={(55, "ErrorBoundary"): boundary, (5, "Overlay"): lambda _stateful: rx.fragment(connection_watch())},
    api_transformer=[create_api(), edge()],
    backend_exception_handler=backend_exception,
    frontend_exception_handler=frontend_exception,
)
app.add_page(lambda: shell(missing_screen()), route="404", title=t("shell.missing.title"))
guard(app)
app.register_lifespan_task(sealing)
app.register_lifespan_task(delivering)
app.register_lifespan_task(keeping)
app.register_lifespan_task(sweeping)

"""The addresses of this package."""

from starlette.routing import BaseRoute, Route

from tht_app.web.identity.lock import note_activity, show_session, unlock
from tht_app.web.identity.setup import do_setup, show_setup
from tht_app.web.identity.signin import do_signin, do_signout, show_signin
from tht_app.web.plain import plain_css


def identity_routes() -> list[BaseRoute]:
    """Sign-in, sign-out, lock, first owner."""
    return [
        Route("/signin", show_signin, methods=["GET"]),
        Route("/signin", do_signin, methods=["POST"]),
        Route("/signout", do_signout, methods=["POST"]),
        Route("/session", show_session, methods=["GET"]),
        Route("/session/active", note_activity, methods=["POST"]),
        Route("/session/unlock", unlock, methods=["POST"]),
        Route("/setup", show_setup, methods=["GET"]),
        Route("/setup", do_setup, methods=["POST"]),
        Route("/plain.css", plain_css, methods=["GET"]),
    ]

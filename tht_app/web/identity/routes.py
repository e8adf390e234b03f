"""The addresses of this package."""

from starlette.routing import BaseRoute, Route

from tht_app.web.acting import route
from tht_app.web.identity.lock import note_activity, show_session, unlock
from tht_app.web.identity.own_factor import ADDRESS, do_own_factor, do_recovery, show_own_factor, show_recovery
from tht_app.web.identity.passkeys import (
    SCRIPTS,
    add_own_passkey,
    own_passkey_options,
    script,
    show_own_passkey,
    signin_by_passkey,
    signin_options,
)
from tht_app.web.identity.password_link import do_forgot, do_password, show_forgot, show_password
from tht_app.web.identity.proof import confirm, do_proof, passkey_options, show_proof
from tht_app.web.identity.second import do_code, do_enrol, show_code, show_enrol
from tht_app.web.identity.setup import do_setup, show_setup
from tht_app.web.identity.signin import do_signin, do_signout, show_signin
from tht_app.web.plain import plain_css


def identity_routes() -> list[BaseRoute]:
    """Sign-in in one or two steps, sign-out, lock, fresh proofs, the own second factor, the first owner."""
    return [
        Route("/signin", show_signin, methods=["GET"]),
        Route("/signin", do_signin, methods=["POST"]),
        Route("/signin/code", show_code, methods=["GET"]),
        Route("/signin/code", do_code, methods=["POST"]),
        Route("/signin/enrol", show_enrol, methods=["GET"]),
        Route("/signin/enrol", do_enrol, methods=["POST"]),
        Route("/signin/passkey/options", signin_options, methods=["POST"]),
        Route("/signin/passkey", signin_by_passkey, methods=["POST"]),
        Route("/signin/forgot", show_forgot, methods=["GET"]),
        Route("/signin/forgot", do_forgot, methods=["POST"]),
        Route("/password/{code}", show_password, methods=["GET"]),
        Route("/password/{code}", do_password, methods=["POST"]),
        Route("/signout", do_signout, methods=["POST"]),
        Route("/session", show_session, methods=["GET"]),
        Route("/session/active", note_activity, methods=["POST"]),
        Route("/session/unlock", unlock, methods=["POST"]),
        Route("/session/confirm", confirm, methods=["POST"]),
        Route("/session/passkey/options", passkey_options, methods=["POST"]),
        Route("/proof", show_proof, methods=["GET"]),
        Route("/proof", do_proof, methods=["POST"]),
        Route(ADDRESS, route(show_own_factor), methods=["GET"]),
        Route(ADDRESS, route(do_own_factor), methods=["POST"]),
        Route("/account/recovery-codes", route(show_recovery), methods=["GET"]),
        Route("/account/recovery-codes", route(do_recovery), methods=["POST"]),
        Route("/account/passkey", route(show_own_passkey), methods=["GET"]),
        Route("/account/passkey", route(add_own_passkey), methods=["POST"]),
        Route("/account/passkey/options", route(own_passkey_options), methods=["POST"]),
        *[Route(address, script, methods=["GET"]) for address in SCRIPTS],
        Route("/setup", show_setup, methods=["GET"]),
        Route("/setup", do_setup, methods=["POST"]),
        Route("/plain.css", plain_css, methods=["GET"]),
    ]

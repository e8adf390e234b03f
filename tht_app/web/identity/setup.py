"""The first owner of a real clinic: made once, with a code that only the server's console shows."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tht_app.database.gate import current_gate
from tht_app.domain.errors import Problem, Unavailable, ValidationFailed
from tht_app.domain.passwords import display_name_problem, ensure, username_problem
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.feedback import problem_words
from tht_app.use_cases.passwords import hash_password, new_password_problem
from tht_app.web.acting import client_address
from tht_app.web.identity.signin import open_session
from tht_app.web.identity.throttle import note_failure
from tht_app.web.plain import asked_language, page

REQUEST = "identity.setup"
FIELDS = ("code", "username", "display_name", "password", "repeat")
KEPT = ("code", "username", "display_name")


async def show_setup(request: Request) -> Response:
    """The form, for as long as there is no owner."""
    if not await _open():
        return RedirectResponse("/signin", 303)
    return _form(request, {}, {})


async def do_setup(request: Request) -> Response:
    """Make the first owner and sign them in."""
    if not await _open():
        return RedirectResponse("/signin", 303)
    sent = await request.form(max_files=0, max_fields=10)
    form = {name: value if isinstance(value := sent.get(name), str) else "" for name in FIELDS}
    subjects = ("setup", f"address:{client_address(request) or 'unknown'}")
    gate = current_gate()
    blocked = await gate.seconds_blocked(*subjects)
    if blocked:
        message = text_of("identity.signin.blocked", asked_language(request), seconds=blocked)
        return _form(request, form, {}, 429, message)
    try:
        owner = await _make_owner(form)
    except ValidationFailed as refusal:
        if "code" in refusal.fields:
            await note_failure(gate, subjects)
        return _form(request, form, refusal.fields, 422)
    answer = RedirectResponse("/", 303)
    await open_session(request, answer, owner, REQUEST)
    return answer


def as_printed(code: str) -> str:
    """The code as the console shows it, four characters and a dash, however somebody typed it."""
    letters = "".join(character for character in code.lower() if character.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


async def _open() -> bool:
    try:
        return not settings().demo and await current_gate().setup_needed()
    except Unavailable:
        return False


async def _make_owner(form: dict[str, str]) -> UUID:
    username, name = form["username"].strip().lower(), form["display_name"].strip()
    ensure(
        username=username_problem(username),
        display_name=display_name_problem(name),
        password=new_password_problem(form["password"], username, [name]),
        repeat=None if form["password"] == form["repeat"] else Problem("password_repeat"),
    )
    code = as_printed(form["code"])
    owner = await current_gate().make_owner(code, username, name, await hash_password(form["password"]))
    if owner is None:
        raise ValidationFailed({"code": "setup_code"})
    return owner


def _form(
    request: Request, form: dict[str, str], fields: dict[str, Problem], status: int = 200, message: str = ""
) -> Response:
    lang = asked_language(request)
    errors = dict.fromkeys(FIELDS, "") | {name: problem_words(what, lang) for name, what in fields.items()}
    kept = {name: form.get(name, "")[:200] for name in KEPT}
    return page(request, "setup.html", status, form=kept, errors=errors, message=message)

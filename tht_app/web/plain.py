"""Pages outside React: one Jinja layout over the same tokens, both languages, no script at all."""

from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tht_app.components.ui.tokens import tokens_css
from tht_app.i18n import LANGUAGES, Language, text_of
from tht_app.settings import settings
from tht_app.web.acting import lang_of

FOLDER = Path(__file__).parent / "layout"
YEAR = 31_536_000


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False)


def asked_language(request: Request) -> Language:
    """The language that the page is asked for, else the browser's."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else lang_of(request)  # type: ignore[return-value]


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page in the language asked for, and remember that language."""
    lang = asked_language(request)
    other: Language = "en" if lang == "id" else "id"
    query = {**request.query_params, "lang": other}
    html = (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            other_lang=other,
            other_language_query=urlencode(query),
            t=partial(_words, lang),
            **{"clinic": text_of("shell.clinic", lang), **values},
        )
    )
    answer = HTMLResponse(html, status, {"vary": "cookie"})
    remember_language(answer, lang)
    return answer


def _words(lang: str, key: str, **params: str | int) -> str:
    return text_of(key, lang, **params)


def remember_language(answer: Response, lang: str) -> None:
    """The language cookie: for a year, readable by the screens, no secret."""
    answer.set_cookie("lang", lang, max_age=YEAR, path="/", samesite="lax", secure=settings().secure_cookies)


@cache
def _sheet() -> tuple[str, str]:
    css = f"{tokens_css()}\n{(FOLDER / 'plain.css').read_text(encoding='utf-8')}"
    return css, f'"{sha256(css.encode()).hexdigest()[:24]}"'


async def plain_css(request: Request) -> Response:
    """The one style sheet of these pages."""
    css, tag = _sheet()
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(css, media_type="text/css", headers=headers)

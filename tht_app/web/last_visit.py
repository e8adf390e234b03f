"""The last visit beside the present one: its words go straight to the browser and never through a screen's State.

GET /notes/{encounter}/last     the visit that was signed last before this one, or `{"visit": null}`
"""

from collections.abc import Iterable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.encounter.record import Diagnosis, Procedure
from tht_app.domain.errors import NotFound
from tht_app.i18n import date_text, text_of
from tht_app.settings import settings
from tht_app.state.encounter.view_models import vitals_line
from tht_app.use_cases.door import Actor, execute
from tht_app.use_cases.encounter import ReadLastVisit
from tht_app.use_cases.encounter.last_visit import LastVisit
from tht_app.web.acting import lang_of, route

PRIVATE = {"cache-control": "private, no-store"}


def routes() -> list[Route]:
    """The route of the panel."""
    return [Route("/notes/{encounter}/last", last_visit, methods=["GET"])]


@route
async def last_visit(request: Request, actor: Actor) -> Response:
    """Everything of it in words, and each section as it would be copied."""
    try:
        encounter = UUID(request.path_params["encounter"])
    except ValueError:
        raise NotFound from None
    lang = lang_of(request)
    found: LastVisit | None = await execute(actor, ReadLastVisit(encounter, lang))
    return JSONResponse({"visit": None if found is None else _shown(found, lang)}, headers=PRIVATE)


def _shown(visit: LastVisit, lang: str) -> dict[str, object]:
    facts = {
        "diagnoses": _coded(visit.diagnoses, lang),
        "procedures": _coded(visit.procedures, lang),
        "vitals": [vitals_line(visit.readings, lang)] if visit.readings else [],
        "prescriptions": list(visit.prescriptions or ()),
    }
    return {
        "id": str(visit.encounter_id),
        "day": date_text(visit.arrived_at.astimezone(settings().zone).date(), lang),
        "doctor": visit.practitioner,
        "type": visit.visit_type_en if lang == "en" else visit.visit_type_id,
        "sections": [
            {"name": one.text.section.value, "text": one.text.text.strip(), "copy": one.copy} for one in visit.sections
        ],
        "facts": [{"name": name, "lines": lines} for name, lines in facts.items() if lines],
    }


def _coded(items: Iterable[Diagnosis | Procedure], lang: str) -> list[str]:
    """`H66.1 Otitis media supuratif kronik (kanan)`, with what was noted about a procedure."""
    lines: list[str] = []
    for item in items:
        side = text_of(f"encounter.laterality.{item.laterality}", lang).lower()
        told = f"{item.code} {item.title}" + ("" if item.laterality is Laterality.NONE else f" ({side})")
        note = item.note if isinstance(item, Procedure) else ""
        lines.append(f"{told}: {note}" if note else told)
    return lines

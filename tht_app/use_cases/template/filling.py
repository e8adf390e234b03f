"""Short names while a note is written: which there are, and what one of them says about this visit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tht_app.database.queries import template as queries
from tht_app.database.queries.encounter import findings, visits
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.encounter.note import NURSING_SECTIONS, Section, sections_writable_by
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.identity import Permission
from tht_app.domain.template import SIDES_TO_ASK, Placeholder, chosen_side, filled, helps_nurses, text_for
from tht_app.i18n import age_text, date_text, text_of
from tht_app.use_cases.door import use_case
from tht_app.use_cases.encounter.visits import allows, may_write

from .writing import USERS

RECORDS_LANGUAGE = "id"
"""What a program writes into a record is Indonesian, whatever language the writer's screen speaks."""


@dataclass(frozen=True, slots=True)
class ListPhrases:
    """The templates that somebody may use in this visit."""

    encounter_id: UUID


@dataclass(frozen=True, slots=True)
class FillPhrase:
    """What a template says in this visit; `side` is the affected one (`right`, `left`, `both`), empty where none is."""

    encounter_id: UUID
    template_id: UUID
    side: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A template in the list of the editor."""

    id: UUID
    name: str
    title: str
    shared: bool
    asks_side: bool
    sections: tuple[Section, ...]
    """Those that this person may write."""
    places: bool
    """Whether it also has findings, diagnoses or medicines for this person to add."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The list, and the side that the primary diagnosis says, if it says one."""

    phrases: tuple[Phrase, ...]
    side: str


@dataclass(frozen=True, slots=True)
class FilledPhrase:
    """Text by section, with gaps where the clinic knows nothing."""

    version: int
    sections: Mapping[Section, str] = field(repr=False)
    places: bool


def _writable(work: UnitOfWork, visit: Visit) -> frozenset[Section]:
    return frozenset(
        section
        for section in sections_writable_by(work.person.permissions)
        if allows(work, visit, nursing=section in NURSING_SECTIONS)
    )


@use_case(permission=USERS, audit=AuditAction.READ, reads=True)
async def list_phrases(request: ListPhrases, work: UnitOfWork) -> Phrases:
    """By name; for a nurse only what has text for S or O. Raises NotFound."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    may, doctor = _writable(work, visit), allows(work, visit)
    found = [
        Phrase(
            template.id,
            content.name,
            content.title,
            template.shared,
            content.asks_side,
            tuple(text_for(content, may)),
            content.places and doctor,
        )
        for template in await queries.listing(work, retired=False)
        if may and ((content := template.content).places or content.sections) and (doctor or helps_nurses(content))
    ]
    return Phrases(tuple(found), await _known_side(work, visit))


async def _known_side(work: UnitOfWork, visit: Visit) -> str:
    primary = next((one for one in await findings.diagnoses(work, visit.id) if one.is_primary), None)
    return primary.laterality.value if primary is not None and primary.laterality in SIDES_TO_ASK else ""


@use_case(permission=USERS, audit=AuditAction.READ, reads=True)
async def fill_phrase(request: FillPhrase, work: UnitOfWork) -> FilledPhrase:
    """The text for the sections that this person may write; raises NotFound, SideNotChosen, EncounterSigned."""
    visit = await visits.find(work, request.encounter_id)
    work.saw(visit.patient_id)
    may_write(work, visit, nursing=Permission.RECORD_WRITE not in work.person.permissions)
    template = await queries.find(work, request.template_id)
    side = chosen_side(template.content, request.side)
    patient = await visits.patient_head(work, visit.patient_id)
    values = {
        Placeholder.NAME: patient.name,
        Placeholder.AGE: age_text(patient.birth_date, work.today(), RECORDS_LANGUAGE),
        Placeholder.SIDE: text_of(f"template.affected.{side}", RECORDS_LANGUAGE) if side else "",
        Placeholder.DAY: date_text(work.today(), RECORDS_LANGUAGE),
    }
    texts = text_for(template.content, _writable(work, visit))
    return FilledPhrase(
        template.version,
        {section: filled(text, values) for section, text in texts.items()},
        template.content.places and allows(work, visit),
    )

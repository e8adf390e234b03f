"""Writing vital signs and diagnoses."""

import reflex as rx

from tht_app.domain.encounter.procedure import CodeSystem
from tht_app.domain.encounter.vitals import BY_FIELD
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import CodeView, code_views
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.use_cases.encounter import (
    AddDiagnosis,
    MakePrimary,
    RecordVitals,
    RemoveDiagnosis,
    RestoreDiagnosis,
    SearchIcd10,
    StarCode,
)

WRITERS = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)


@per_visit
class VitalsState(Acting, rx.State):
    """The form of vital signs."""

    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=WRITERS)
    async def save(self, form: dict[str, str]) -> None:
        """Store what was measured."""
        visit = await self.get_state(EncounterState)
        values = {name: text for name, text in form.items() if name in BY_FIELD}
        request = RecordVitals(as_id(visit.view.id), values, confirmed=form.get("confirmed") == "on")
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        await visit._reload()
        await self._notify("encounter.vitals.saved", name=visit.view.patient_name)


@per_visit
class DiagnosisState(Acting, rx.State):
    """The search for codes and the diagnosis being added."""

    errors: dict[str, str] = {}
    key_epoch: int = 0
    results: list[CodeView] = []
    answers: str = ""
    code: str = ""
    title: str = ""
    asks_side: bool = False
    starred: bool = False
    _text: str = ""

    @handler(needs=Permission.RECORD_WRITE, supersedes=True)
    async def search(self, text: str, question: str) -> None:
        """Suggest codes; the doctor's own ones where nothing is typed."""
        self._text = text
        self.results, self.answers = code_views(await self._execute(SearchIcd10(text)), self._lang()), question

    @handler(needs=Permission.RECORD_WRITE)
    async def star(self, code: str, on: bool) -> None:
        """Keep a code in front of all others, or not any more."""
        await self._execute(StarCode(CodeSystem.ICD10.value, code, on))
        self.starred = on if code == self.code else self.starred
        if self.results:
            self.results = code_views(await self._execute(SearchIcd10(self._text)), self._lang())

    @handler(needs=Permission.RECORD_WRITE)
    async def pick(self, code: str) -> None:
        """Take one of the suggestions; side and certainty are asked next."""
        chosen = next((view for view in self.results if view.value == code), None)
        if chosen is not None:
            self.code, self.title, self.asks_side = chosen.value, chosen.label, chosen.asks_side
            self.starred = chosen.starred
            self.errors = {}

    @handler(needs=Permission.RECORD_WRITE)
    async def drop(self) -> None:
        """Not this one."""
        self._clear()

    def _clear(self) -> None:
        self.code = self.title = ""
        self.asks_side = False
        self.results, self.answers = [], ""

    @handler(needs=Permission.RECORD_WRITE)
    async def add(self, form: dict[str, str]) -> None:
        """Store the picked diagnosis."""
        visit = await self.get_state(EncounterState)
        request = AddDiagnosis(
            as_id(visit.view.id),
            self.code,
            form.get("laterality") or None,
            form.get("certainty", "provisional"),
            True if form.get("is_primary") == "on" else None,
        )
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self._clear()
        await visit._reload()

    @handler(needs=Permission.RECORD_WRITE)
    async def make_primary(self, condition_id: str) -> None:
        """Choose the primary diagnosis."""
        await self._execute(MakePrimary(as_id(condition_id)))
        await (await self.get_state(EncounterState))._reload()

    @handler(needs=Permission.RECORD_WRITE)
    async def remove(self, condition_id: str) -> None:
        """Take a diagnosis out of the encounter."""
        await self._execute(RemoveDiagnosis(as_id(condition_id)))
        await (await self.get_state(EncounterState))._reload()
        await self._notify("encounter.diagnosis.removed", undo=DiagnosisState.restore(condition_id))

    @handler(needs=Permission.RECORD_WRITE)
    async def restore(self, condition_id: str) -> None:
        """Take the removal back."""
        await self._execute(RestoreDiagnosis(as_id(condition_id)))
        await (await self.get_state(EncounterState))._reload()

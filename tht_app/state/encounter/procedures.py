"""Writing what was done in a visit."""

import reflex as rx

from tht_app.domain.encounter.procedure import CodeSystem, asks_for_side
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import CodeView, code_views
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.use_cases.encounter import AddProcedure, RemoveProcedure, RestoreProcedure, SearchIcd9cm, StarCode


@per_visit
class ProcedureState(Acting, rx.State):
    """The search for codes and the procedure being added."""

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
        await self._suggest()
        self.answers = question

    async def _suggest(self) -> None:
        self.results = code_views(await self._execute(SearchIcd9cm(self._text)), self._lang(), asks_for_side)

    @handler(needs=Permission.RECORD_WRITE)
    async def star(self, code: str, on: bool) -> None:
        """Keep a code in front of all others, or not any more."""
        await self._execute(StarCode(CodeSystem.ICD9CM.value, code, on))
        self.starred = on if code == self.code else self.starred
        if self.results:
            await self._suggest()

    @handler(needs=Permission.RECORD_WRITE)
    async def pick(self, code: str) -> None:
        """Take one of the suggestions; side and words are asked next."""
        chosen = next((view for view in self.results if view.value == code), None)
        if chosen is not None:
            self.code, self.title, self.asks_side = chosen.value, chosen.label, chosen.asks_side
            self.starred, self.errors = chosen.starred, {}

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
        """Store the picked procedure."""
        visit = await self.get_state(EncounterState)
        request = AddProcedure(
            as_id(visit.view.id), self.code, form.get("laterality") or None, form.get("procedure_note", "")
        )
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self._clear()
        await visit._reload()

    @handler(needs=Permission.RECORD_WRITE)
    async def remove(self, procedure_id: str) -> None:
        """Take a procedure out of the visit."""
        await self._execute(RemoveProcedure(as_id(procedure_id)))
        await (await self.get_state(EncounterState))._reload()
        await self._notify("encounter.procedure.removed", undo=ProcedureState.restore(procedure_id))

    @handler(needs=Permission.RECORD_WRITE)
    async def restore(self, procedure_id: str) -> None:
        """Take the removal back."""
        await self._execute(RestoreProcedure(as_id(procedure_id)))
        await (await self.get_state(EncounterState))._reload()

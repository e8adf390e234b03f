"""Findings and diagnoses of a template, chosen one by one beside its texts."""

from dataclasses import replace

import reflex as rx

from tht_app.domain.encounter.diagnosis import asks_for_side
from tht_app.domain.identity import Permission
from tht_app.domain.template import TemplateContent, is_finding
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import CodeView, code_views
from tht_app.state.template.view_models import ChoiceView, PartView, finding_choices, finding_views
from tht_app.use_cases.encounter import SearchIcd10

WRITE = Permission.RECORD_WRITE


class TemplatePartsState(Acting, rx.State):
    """Findings and diagnoses of the template that is being written."""

    findings: list[PartView] = []
    choices: list[ChoiceView] = []
    answers: str = ""
    diagnoses: list[PartView] = []
    codes: list[CodeView] = []
    code_answers: str = ""

    @handler(needs=WRITE, supersedes=True)
    async def search_finding(self, text: str, question: str) -> None:
        """Suggest findings."""
        self.choices, self.answers = finding_choices(text, self._lang()), question

    @handler(needs=WRITE)
    async def add_finding(self, key: str) -> None:
        """Take one of the suggestions."""
        if is_finding(key) and key not in [view.key for view in self.findings]:
            self.findings = [*self.findings, *finding_views([key], self._lang())]

    @handler(needs=WRITE)
    async def set_finding_side(self, key: str, side: str) -> None:
        """Another side."""
        part, _, site, finding = key.split(".") if is_finding(key) else ("", "", "", "")
        moved = f"{part}.{side}.{site}.{finding}"
        if is_finding(moved):
            self.findings = [replace(one, key=moved, side=side) if one.key == key else one for one in self.findings]

    @handler(needs=WRITE)
    async def drop_finding(self, key: str) -> None:
        """Not this one."""
        self.findings = [one for one in self.findings if one.key != key]

    @handler(needs=WRITE, supersedes=True)
    async def search_code(self, text: str, question: str) -> None:
        """Suggest ICD-10 codes."""
        self.codes, self.code_answers = await self._named(text), question

    @handler(needs=WRITE)
    async def add_code(self, code: str) -> None:
        """Take one of the suggestions."""
        chosen = next((view for view in self.codes if view.value == code), None)
        if chosen is not None and code not in [view.key for view in self.diagnoses]:
            side = "asked" if chosen.asks_side else "none"
            view = PartView(code, chosen.label, "", side, "confirmed", chosen.asks_side)
            self.diagnoses = [*self.diagnoses, view]

    @handler(needs=WRITE)
    async def set_code_side(self, code: str, side: str) -> None:
        """Another side."""
        self.diagnoses = [replace(one, side=side) if one.key == code else one for one in self.diagnoses]

    @handler(needs=WRITE)
    async def set_code_certainty(self, code: str, certainty: str) -> None:
        """How sure one is."""
        self.diagnoses = [replace(one, certainty=certainty) if one.key == code else one for one in self.diagnoses]

    @handler(needs=WRITE)
    async def drop_code(self, code: str) -> None:
        """Not this one."""
        self.diagnoses = [one for one in self.diagnoses if one.key != code]

    async def _show(self, content: TemplateContent) -> None:
        self.reset()
        self.findings = finding_views(content.findings, self._lang())
        for one in content.diagnoses:
            named = [view for view in await self._named(one.code) if view.value == one.code]
            label = named[0].label if named else one.code
            view = PartView(one.code, label, "", one.side, one.certainty, asks_for_side(one.code))
            self.diagnoses = [*self.diagnoses, view]

    async def _named(self, text: str) -> list[CodeView]:
        return code_views(await self._execute(SearchIcd10(text)), self._lang())

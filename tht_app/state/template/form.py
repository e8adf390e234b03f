"""Writing a template: its texts in a form, its findings, diagnoses and medicines beside it."""

import reflex as rx

from tht_app.domain.encounter.note import Section
from tht_app.domain.ent.findings import Part
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.template import TemplateContent, TemplateDiagnosis
from tht_app.state.acting import Acting, handler
from tht_app.state.template.lines import TemplateLinesState
from tht_app.state.template.parts import TemplatePartsState
from tht_app.state.template.shelf import ShelfState, as_id
from tht_app.use_cases.template import ListTemplates, SaveTemplate
from tht_app.use_cases.template.writing import Template

WRITE = Permission.RECORD_WRITE
SHARED = "shared"


class TemplateFormState(Acting, rx.State):
    """The template that is being written; its texts stay in the browser until they are saved."""

    open: bool = False
    template_id: str = ""
    version: int = 0
    shared: bool = False
    name: str = ""
    title: str = ""
    texts: dict[str, str] = {}
    normal: list[str] = []
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=WRITE)
    async def begin(self) -> None:
        """A new template."""
        await self._show(TemplateContent("", ""))

    @handler(needs=WRITE)
    async def edit(self, template_id: str) -> None:
        """Change a template."""
        found = await self._find(template_id)
        await self._show(found.content, template_id=template_id, version=found.version, shared=found.shared)

    @handler(needs=WRITE)
    async def duplicate(self, template_id: str) -> None:
        """A copy of one's own, to be changed before it is kept."""
        await self._show((await self._find(template_id)).content)

    @handler(needs=WRITE)
    async def close(self) -> None:
        """Back to the list."""
        self.open = False

    @handler(needs=WRITE)
    async def save(self, form: dict[str, str]) -> None:
        """Keep it; what cannot be accepted is said beside its field."""
        parts = await self.get_state(TemplatePartsState)
        lines = await self.get_state(TemplateLinesState)
        content = TemplateContent(
            form.get("name", ""),
            form.get("title", ""),
            {section: form.get(section.value, "") for section in Section},
            tuple(part for part in Part if form.get(f"normal_{part.value}") == "on"),
            tuple(view.key for view in parts.findings),
            tuple(TemplateDiagnosis(view.key, view.side, view.certainty) for view in parts.diagnoses),
            tuple(lines._lines),
        )
        shared = self.shared if self.template_id else form.get("shelf") == SHARED
        known = as_id(self.template_id) if self.template_id else None
        request = SaveTemplate(content, shared, known, self.version)
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.open = False
        shelf = await self.get_state(ShelfState)
        await shelf._read()
        await self._notify("template.form.saved", name=content.name.strip().lower().removeprefix("."))

    async def _find(self, template_id: str) -> Template:
        wanted = as_id(template_id)
        for found in await self._execute(ListTemplates()):
            if found.id == wanted:
                return found
        raise NotFound

    async def _show(
        self, content: TemplateContent, *, template_id: str = "", version: int = 0, shared: bool = False
    ) -> None:
        self.template_id, self.version, self.shared = template_id, version, shared
        self.name, self.title = content.name, content.title
        self.texts = {section.value: content.sections.get(section, "") for section in Section}
        self.normal = [part.value for part in content.normal]
        self.errors = {}
        self.key_epoch += 1
        parts = await self.get_state(TemplatePartsState)
        await parts._show(content)
        lines = await self.get_state(TemplateLinesState)
        lines._show(content.lines)
        self.open = True

"""The screen that brings patients in from a file."""

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientImportId
from tht_app.domain.registration.sheet import BYTES_MAX, LINES_MAX, REQUIRED
from tht_app.i18n import text_of
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.view_models import ImportView, import_view
from tht_app.use_cases.registration import GetImport, RunImport
from tht_app.use_cases.registration.transfer import ImportReport

FILE_PROBLEMS = frozenset({"file_not_readable", "file_too_large", "columns_missing"})


class ImportState(Acting, rx.State):
    """A file that was checked, and how far it is brought in."""

    view: ImportView = ImportView()
    problem: str = ""
    running: bool = False

    @handler(needs=Permission.PATIENT_IMPORT)
    async def load(self) -> None:
        """Show the import that the address names, or why a file was refused."""
        query = self.router.url.query_parameters
        self.problem = _file_problem(query.get("problem", ""), query.get("columns", ""), self._lang())
        self.view = ImportView()
        if wanted := query.get("id", ""):
            await self._show(PatientImportId(as_id(wanted)))

    @handler(needs=Permission.PATIENT_IMPORT, background=True)
    async def run(self) -> None:
        """Register the good lines, some at a time, and show how far it is; a break loses nothing."""
        async with self:
            if self.running:
                return
            import_id, lang = PatientImportId(as_id(self.view.id)), self._lang()
            self.running = True
        try:
            await self._run_to_the_end(import_id, lang)
        finally:
            async with self:
                self.running = False
        async with self:
            await self._notify("registration.import.done", count=self.view.added)

    async def _run_to_the_end(self, import_id: PatientImportId, lang: str) -> None:
        while True:
            report: ImportReport = await self._execute(RunImport(import_id))
            async with self:
                self.view = import_view(report, lang)
            if report.state != "running":
                return

    async def _show(self, import_id: PatientImportId) -> None:
        self.view = import_view(await self._execute(GetImport(import_id)), self._lang())


def _file_problem(code: str, columns: str, lang: str) -> str:
    """Words for why a file was refused; whatever else stands in the address says nothing."""
    if code not in FILE_PROBLEMS:
        return ""
    names = ", ".join(text_of(f"registration.field.{name}", lang) for name in columns.split(",") if name in REQUIRED)
    return text_of(
        f"errors.registration.{code}", lang, columns=names, megabytes=BYTES_MAX // 1_000_000, lines=LINES_MAX
    )

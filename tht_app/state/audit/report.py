"""Who opened one patient's record."""

from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.audit.filters import day_of, id_of
from tht_app.state.audit.view_models import AccessView, ReportView, access_view, report_view
from tht_app.use_cases.audit import AccessReport, PatientAccesses

READ = Permission.AUDIT_READ


class AccessReportState(Acting, rx.State):
    """The report that the address names; its days stand there too."""

    report: ReportView = ReportView()
    rows: list[AccessView] = []
    loaded: bool = False
    missing: bool = False
    _patient_id: str = ""

    @handler(needs=READ)
    async def load(self) -> None:
        """Read who opened the record."""
        asked = self.router.url.query_parameters
        wanted = id_of(self.router.url.path.rstrip("/").rpartition("/")[2])
        self.report, self.rows, self.loaded, self.missing = ReportView(), [], False, False
        self._patient_id = str(wanted or "")
        try:
            if wanted is None:
                raise NotFound
            await self._show(wanted, asked.get("from", ""), asked.get("to", ""))
        except NotFound:
            self.missing = True
        self.loaded = True

    async def _show(self, patient_id: UUID, first: str, last: str) -> None:
        asked = PatientAccesses(patient_id, day_of(first), day_of(last))
        found: AccessReport = await self._execute(asked)
        self.report = report_view(found, self._lang())
        self.rows = [access_view(access, self._lang()) for access in found.accesses]

    @handler(needs=READ)
    async def choose_days(self, form: dict[str, str]) -> EventSpec:
        """Show other days."""
        days = {name: form.get(name, "") for name in ("from", "to") if day_of(form.get(name, ""))}
        return rx.redirect(f"/audit/patients/{self._patient_id}?{urlencode(days)}")  # type: ignore[return-value]

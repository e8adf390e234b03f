"""The rules of who treats whom, and who stands in for whom, on the settings page."""

from datetime import date
from uuid import UUID

import reflex as rx

from tht_app.domain.care import LIMITS, CareRules, CoverId
from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import SIGNED_IN, Acting, handler
from tht_app.state.care.view_models import CoverRow, DoctorChoice, cover_rows
from tht_app.use_cases.care import AddCover, CareSetup, ReadCareSetup, SaveCareRules, WithdrawCover

MANAGE = Permission.CARE_MANAGE


class CareSetupState(Acting, rx.State):
    """Two cards: the rules for the owner, cover for owner and front desk."""

    visit_months: str = ""
    booking_days_before: str = ""
    booking_days_after: str = ""
    emergencies_an_hour: str = ""
    whole_team: bool = False
    doctors: list[DoctorChoice] = []
    covers: list[CoverRow] = []
    loaded: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=SIGNED_IN)
    async def load(self) -> None:
        """Show the rules to whoever manages them; others come to this page for their own password."""
        self.errors = {}
        if MANAGE in self._person().permissions:
            await self._show()

    @handler(needs=Permission.SETTINGS_MANAGE)
    async def save_rules(self, form: dict[str, str]) -> None:
        """Keep the rules; who treats whom follows at once."""
        await self._execute(SaveCareRules(read_rules(form)), key=form.get("_key"))
        await self._saved("care.setup.saved")

    @handler(needs=MANAGE)
    async def add_cover(self, form: dict[str, str]) -> None:
        """Let one doctor stand in for another for some days."""
        await self._execute(read_cover(form), key=form.get("_key"))
        await self._saved("care.cover.saved")

    @handler(needs=MANAGE)
    async def withdraw_cover(self, cover_id: UUID) -> None:
        """End a cover now."""
        await self._execute(WithdrawCover(CoverId(cover_id)))
        await self._saved("care.cover.withdrawn")

    async def _saved(self, words: str) -> None:
        self.key_epoch += 1
        await self._show()
        await self._notify(words)

    async def _show(self) -> None:
        found: CareSetup = await self._execute(ReadCareSetup())
        for name in LIMITS:
            setattr(self, name, str(getattr(found.rules, name)))
        self.whole_team = found.rules.whole_team
        doctors = [DoctorChoice(str(person_id), name) for person_id, name in found.doctors]
        self.doctors = [DoctorChoice("", text_of("care.cover.choose", self._lang())), *doctors]
        self.covers = cover_rows(found.covers, settings().zone, self._lang())
        self.loaded = True


def read_rules(form: dict[str, str]) -> CareRules:
    """The rules as typed; raises ValidationFailed for what is no number."""
    problems: dict[str, str | Problem] = {
        name: Problem("care.out_of_range", {"min": least, "max": most})
        for name, (least, most) in LIMITS.items()
        if not form.get(name, "").strip().isdecimal()
    }
    if problems:
        raise ValidationFailed(problems)
    numbers = {name: int(form[name]) for name in LIMITS}
    return CareRules(**numbers, whole_team=form.get("whole_team") == "on")


def read_cover(form: dict[str, str]) -> AddCover:
    """Who stands in for whom and when; raises ValidationFailed."""
    problems: dict[str, str | Problem] = {}
    people: dict[str, UUID] = {}
    days: dict[str, date] = {}
    for name in ("absent_id", "covering_id"):
        try:
            people[name] = UUID(form.get(name, ""))
        except ValueError:
            problems[name] = "required"
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(form.get(name, ""))
        except ValueError:
            problems[name] = "date_shape"
    if problems:
        raise ValidationFailed(problems)
    return AddCover(people["absent_id"], people["covering_id"], days["first"], days["last"])

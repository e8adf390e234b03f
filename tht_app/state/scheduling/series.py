"""Control visits that come again, as the booking sheet asks for them and shows them; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.scheduling import SeriesRule, SeriesUnit
from tht_app.i18n import text_of
from tht_app.state.scheduling.forms import Form, read_start
from tht_app.state.scheduling.view_models import OptionView, slot_view
from tht_app.use_cases.scheduling import BookAppointment, PlanSeries, SeriesDate

CHOICE = "series_"
"""What the names of the choices begin with; the start of the date follows."""
SKIP = "skip"
MOST_DIGITS = 3


@dataclass(frozen=True)
class SeriesDateView:
    """One date of a series; where it is not free, `why` says so and `choices` hold what may be had instead."""

    name: str = ""
    label: str = ""
    why: str = ""
    choices: list[OptionView] = field(default_factory=list[OptionView])


def read_rule(form: Form, first: datetime) -> SeriesRule | None:
    """How often the visit comes again; None for a single one. Raises `ValidationFailed` (`booking_every`, …)."""
    count, every = form.get("booking_count", "").strip(), form.get("booking_every", "").strip()
    if count in {"", "0", "1"}:
        return None
    wrong = {
        name: "scheduling.series_every"
        for name, text in (("booking_count", count), ("booking_every", every or "1"))
        if not (text.isascii() and text.isdigit() and 0 < len(text) <= MOST_DIGITS and int(text) > 0)
    }
    if wrong:
        raise ValidationFailed(wrong)
    unit = SeriesUnit.DAY if form.get("booking_unit") == SeriesUnit.DAY else SeriesUnit.WEEK
    return SeriesRule(first, int(every or "1"), unit, count=int(count))


def read_instead(form: Form) -> tuple[tuple[datetime, datetime | None], ...]:
    """What was chosen for dates that are not free. Raises `ValidationFailed`."""
    chosen = ((name.removeprefix(CHOICE), text) for name, text in form.items() if name.startswith(CHOICE) and text)
    return tuple((read_start(start), None if text == SKIP else read_start(text)) for start, text in chosen)


def series_plan(request: BookAppointment, rule: SeriesRule) -> PlanSeries:
    """A booking that comes again."""
    return PlanSeries(
        patient_id=request.patient_id,
        practitioner_id=request.practitioner_id,
        visit_type_id=request.visit_type_id,
        rule=rule,
        minutes=request.minutes,
        room_id=request.room_id,
        device_ids=request.device_ids,
    )


def series_dates(dates: Sequence[SeriesDate], zone: tzinfo, lang: str) -> list[SeriesDateView]:
    """Every date; those that are not free with the reason, the nearest free times, and leaving it out."""
    return [
        SeriesDateView(
            name=f"{CHOICE}{one.slot.start.isoformat()}",
            label=slot_view(one.slot, zone, lang).label,
            why=text_of(f"errors.{one.refusal}", lang) if one.refusal else "",
            choices=[
                *(OptionView(offer.start.isoformat(), slot_view(offer, zone, lang).label) for offer in one.offers),
                OptionView(SKIP, text_of("scheduling.series.skip", lang)),
            ]
            if one.refusal
            else [],
        )
        for one in dates
    ]

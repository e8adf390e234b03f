"""The calendar of columns (see calendar.jsx) and what stands above it."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.scheduling.marks import chooser
from tht_app.components.ui.button import COLOURS, SHAPE
from tht_app.components.ui.field import BOX
from tht_app.domain.scheduling import AppointmentStatus
from tht_app.i18n import t
from tht_app.script import script
from tht_app.state.scheduling.appointment import AppointmentState
from tht_app.state.scheduling.booking import BOOK, BookingState
from tht_app.state.scheduling.calendar import VIEWS, CalendarState
from tht_app.state.scheduling.grid import GridView
from tht_app.state.scheduling.placing import AnswerView, PlacingState

SCRIPT = script("calendar.jsx")
TOOLS = script("calendar_tools.jsx")
PARTS = [
    script(name)
    for name in (
        "calendar_board.js",
        "calendar_draw.js",
        "calendar_drops.js",
        "calendar_keys.js",
        "calendar_rules.js",
        "calendar.css",
    )
]
"""What calendar.jsx imports from beside itself."""

TAKEN = ("doctor", "room", "device")
IMPOSSIBLE = ("midnight", "past", "foreign", "kind")
"""Why the grid does not let something be put somewhere, beside closed stretches, which bring their own words."""
ICONS = {
    AppointmentStatus.PROPOSED: "hourglass",
    AppointmentStatus.BOOKED: "calendar-check",
    AppointmentStatus.ARRIVED: "user-check",
    AppointmentStatus.FULFILLED: "circle-check",
    AppointmentStatus.NOSHOW: "user-x",
}
KEYS = (
    ("↑ ↓ ← →", "walk"),
    ("Enter", "enter"),
    ("PgUp PgDn", "jump"),
    ("Alt ↑ ↓", "shift"),
    ("Alt ← →", "column"),
    ("Ctrl Alt ↑ ↓", "resize"),
    ("Esc", "escape"),
    ("N", "new"),
    ("T", "today"),
    ("D W", "view"),
    ("?", "help"),
)
QUIET = (
    "px-2 min-h-control bg-transparent border-0 font-semibold text-accent-text underline underline-offset-3 "
    "cursor-pointer"
)


class ClinicCalendar(rx.NoSSRComponent):
    """See calendar.jsx; use `day_grid`. It is a chunk of its own, fetched when a calendar is looked at."""

    library = SCRIPT.importable_path
    tag = "ClinicCalendar"
    is_default = False
    lib_dependencies: list[str] = ["@event-calendar/core@5.15.0"]  # noqa: RUF012  Reflex reads it as a field

    grid: rx.Var[GridView]
    clock: rx.Var[str]
    today: rx.Var[str]
    doctor: rx.Var[str]
    room: rx.Var[str]
    mine: rx.Var[str]
    can: rx.Var[bool]
    usual: rx.Var[dict[str, dict[str, str]]]
    answer: rx.Var[AnswerView]
    label: rx.Var[str]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]
    on_book: rx.EventHandler[rx.event.passthrough_event_spec(str, str, str, str)]
    on_place: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_move: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class CalendarTools(rx.Component):
    """See calendar_tools.jsx; use `calendar_controls`."""

    library = TOOLS.importable_path
    tag = "CalendarTools"

    view: rx.Var[str]
    loaded: rx.Var[bool]
    can_book: rx.Var[bool]
    help: rx.Var[list[dict[str, str]]]
    words: rx.Var[dict[str, str]]
    looks: rx.Var[dict[str, str]]
    icons: rx.Var[dict[str, Any]]
    on_go: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_new: rx.EventHandler[rx.event.no_args_event_spec]


def _words() -> dict[str, Any]:
    """What the grid says; `{what}` and its like are filled in the browser."""
    told: dict[str, Any] = {
        "visits": t("scheduling.day.visits", count="{count}"),
        "room": t("scheduling.grid.room"),
        "device": t("scheduling.grid.device"),
        "free": t("scheduling.grid.free"),
        "fixed": t("scheduling.grid.fixed"),
        "dropped": t("scheduling.grid.dropped"),
        "offline": t("scheduling.grid.offline"),
        "unanswered": t("scheduling.grid.unanswered"),
        "refused": t("scheduling.grid.refused"),
        "offers": t("scheduling.refused.offers"),
        "otherDay": t("scheduling.grid.other_day"),
        "other": t("scheduling.grid.other"),
        "understood": t("scheduling.grid.understood"),
        "first": t("scheduling.flag.first_visit"),
        "bpjs": t("scheduling.flag.bpjs"),
        "insurance": t("scheduling.flag.insurance"),
        "over": t("scheduling.grid.over"),
    }
    for why in TAKEN:
        told[f"why_{why}"] = t(f"scheduling.why.{why}", what="{what}")
    for why in IMPOSSIBLE:
        told[f"why_{why}"] = t(f"scheduling.why.{why}")
    for status in ICONS:
        told[f"status_{status.value}"] = t(f"scheduling.status.{status.value}")
    return told


def _looks() -> dict[str, str]:
    return {
        "frame": "relative h-[calc(100dvh-13rem)] min-h-96 tablet:h-[calc(100dvh-18rem)]",
        "refused": (
            "fixed z-[55] w-80 max-w-[calc(100vw-1rem)] flex flex-col gap-2 p-3 rounded-card border border-danger "
            "bg-surface shadow-float focus:outline-2 focus:outline-danger"
        ),
        "refusedText": "m-0 font-semibold text-danger-text",
        "refusedHint": "m-0 text-13 text-muted",
        "refusedFoot": "flex flex-wrap justify-between gap-2",
        "button": f"{SHAPE} {COLOURS['secondary']} tabular-nums",
        "quiet": QUIET,
    }


def day_grid() -> rx.Component:
    """Doctors and rooms as columns, of one day or of a week."""
    icons = {status.value: ui.icon(name, size=14) for status, name in ICONS.items()}
    shown = ClinicCalendar.create(
        grid=CalendarState.grid,
        clock=CalendarState.clock,
        today=CalendarState.today,
        doctor=CalendarState.doctor,
        room=CalendarState.room,
        mine=CalendarState.mine,
        can=allowed(BOOK),
        usual=CalendarState.usual,
        answer=PlacingState.answer,
        label=t("scheduling.grid.label"),
        words=_words(),
        looks=_looks(),
        icons={**icons, "over": ui.icon("triangle-alert", size=14)},
        on_book=BookingState.open_booking,
        on_place=PlacingState.place,
        on_open=AppointmentState.open_appointment,
        on_move=AppointmentState.open_move,
    )
    columns: Any = CalendarState.grid.columns
    empty = ui.empty("scheduling.day.empty.title", "scheduling.day.empty.body", icon_name="calendar-x")
    return rx.cond(CalendarState.loaded, rx.cond(columns.length() > 0, shown, empty), ui.skeleton(8))


def _view_switch() -> rx.Component:
    look = (
        "min-h-control px-4 border border-line-strong bg-surface font-semibold first:rounded-l-control "
        "last:rounded-r-control -ml-px first:ml-0 hover:bg-sunken aria-pressed:bg-accent-soft "
        "aria-pressed:text-accent-text aria-pressed:border-accent aria-pressed:z-[1] relative"
    )
    return rx.el.div(
        *[
            rx.el.button(
                t(f"scheduling.view.{view}"),
                type="button",
                on_click=CalendarState.go(view),
                aria_pressed=rx.cond(CalendarState.view == view, "true", "false"),
                class_name=look,
                data_testid=f"scheduling-view-{view}",
            )
            for view in VIEWS
        ],
        role="group",
        aria_label=t("scheduling.view.label"),
        class_name="flex",
    )


def _tools() -> rx.Component:
    words = {
        "zoom": t("scheduling.tools.zoom"),
        "minutes": t("scheduling.minutes", minutes="{minutes}"),
        "keys": t("scheduling.keys.title"),
        "print": t("scheduling.tools.print"),
        "title": t("scheduling.keys.title"),
        "letters": t("scheduling.keys.letters"),
        "close": t("ui.close"),
    }
    icon_look = (
        "inline-flex items-center justify-center shrink-0 size-control rounded-control border border-line-strong "
        "bg-surface text-muted hover:bg-sunken hover:text-text"
    )
    looks = {
        "row": "flex items-center gap-2",
        "select": f"{BOX} w-auto",
        "button": icon_look,
        "dialog": (
            "m-auto p-0 w-[32rem] max-w-[calc(100vw-2rem)] rounded-card border border-line bg-surface text-text "
            "shadow-float"
        ),
        "card": "flex flex-col gap-4 p-6",
        "title": "m-0 text-20 font-bold",
        "keys": "py-1 pr-4 whitespace-nowrap align-top",
        "key": "inline-block px-1.5 mr-1 rounded-control border border-line-strong text-12 font-semibold text-muted",
        "what": "py-1",
        "choice": "flex items-center gap-2 pt-3 border-t border-line",
        "close": f"{SHAPE} {COLOURS['primary']} self-end",
    }
    return CalendarTools.create(
        view=CalendarState.view,
        loaded=CalendarState.loaded,
        can_book=allowed(BOOK),
        help=[{"keys": keys, "text": t(f"scheduling.keys.{name}")} for keys, name in KEYS],
        words=words,
        looks=looks,
        icons={"keys": ui.icon("keyboard"), "print": ui.icon("printer")},
        on_go=CalendarState.go,
        on_new=BookingState.open_booking("", "", "", ""),
    )


def _day_choice() -> rx.Component:
    shown = CalendarState.shown
    return rx.el.div(
        ui.icon_button("chevron-left", "scheduling.day.previous", on_click=CalendarState.choose_day(shown.previous)),
        ui.button("scheduling.day.today", on_click=CalendarState.choose_day(""), disabled=shown.is_today),
        ui.icon_button("chevron-right", "scheduling.day.next", on_click=CalendarState.choose_day(shown.next)),
        ui.field(
            "scheduling.day.date",
            "calendar_date",
            kind="date",
            default_value=shown.day,
            on_change=CalendarState.choose_day,
            class_name="w-36 [&>label]:sr-only",
        ),
        class_name="flex items-center gap-1",
    )


def calendar_head(*actions: Any) -> rx.Component:
    """Heading, the shown day, and the way of looking at it."""
    shown = CalendarState.shown
    return rx.el.header(
        rx.el.h1(
            t("scheduling.page.title"), class_name="text-20 font-bold m-0 text-muted focus:outline-none", tab_index=-1
        ),
        rx.el.p(
            shown.title,
            rx.cond(shown.is_today, rx.el.span(ui.badge("scheduling.day.is_today", "info"), class_name="ml-2")),
            class_name="text-20 font-bold m-0",
            aria_live="polite",
            data_testid="scheduling-day-title",
        ),
        rx.el.div(
            _view_switch(),
            *actions,
            class_name="ml-auto flex flex-wrap items-center gap-3",
            custom_attrs={"data-screen-only": "true"},
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2",
    )


def calendar_controls() -> rx.Component:
    """Which day, which doctor, which room; the tools at the end."""
    return rx.el.div(
        _day_choice(),
        chooser(
            "scheduling.day.doctor",
            "scheduling-day-doctor",
            value=CalendarState.doctor,
            options=CalendarState.choices,
            on_change=CalendarState.choose_doctor,
            first="scheduling.day.all_doctors",
        ),
        rx.cond(
            CalendarState.view != "list",
            chooser(
                "scheduling.day.room",
                "scheduling-day-room",
                value=CalendarState.room,
                options=CalendarState.room_choices,
                on_change=CalendarState.choose_room,
                first="scheduling.day.all_rooms",
                others=[("none", "scheduling.day.no_rooms"), ("devices", "scheduling.day.devices")],
            ),
        ),
        rx.el.div(_tools(), class_name="ml-auto"),
        class_name="flex flex-wrap items-center gap-3",
        custom_attrs={"data-screen-only": "true"},
    )

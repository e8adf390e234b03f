"""Doctors, rooms, devices, visit types, service points."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.scheduling.setup.listing import entry_list, entry_sheet, name_of, tint_choice, typed
from tht_app.components.ui import Column
from tht_app.domain.queue import PointKind
from tht_app.domain.scheduling import DeviceKind
from tht_app.i18n import t
from tht_app.i18n.words import language_var
from tht_app.state.scheduling.setup.lists import DevicesState, DoctorsState, PointsState, RoomsState, TypesState

Doctors: Any = DoctorsState
Rooms: Any = RoomsState
Devices: Any = DevicesState
Types: Any = TypesState
Points: Any = PointsState

NAME = Column("name", "scheduling.setup.column.name")
DEVICE_KINDS = [(kind.value, f"scheduling.device_kind.{kind.value}") for kind in DeviceKind]
POINT_KINDS = [(kind.value, f"queue.point_kind.{kind.value}") for kind in PointKind]


def _word(value: Any, words: list[tuple[str, str]]) -> Any:
    return rx.match(value, *[(code, t(key)) for code, key in words], "")


def _named(entry: Any) -> Any:
    """The name in the reader's language."""
    return rx.cond(language_var() == "en", entry.name_en, entry.name)


def _dot(tint: Any) -> rx.Component:
    return rx.el.span(
        class_name="inline-block size-3 rounded-full border border-line-strong shrink-0",
        style={"background": f"var(--visit-{tint})"},
    )


def doctors_tab() -> rx.Component:
    """Who can be booked, with licence and tint."""
    columns = (
        NAME,
        Column("sip", "scheduling.setup.column.sip", narrow=False),
        Column("until", "scheduling.setup.column.sip_until", narrow=False),
    )
    nobody = ui.alert("scheduling.setup.doctors.nobody", "info")
    person = typed(
        Doctors,
        "person",
        "doctor_person_id",
        kind="select",
        required=True,
        options=Doctors.people,
        help_key="scheduling.setup.help.person",
    )
    return rx.fragment(
        entry_list(
            Doctors,
            "doctors",
            columns,
            lambda entry: [name_of(entry, entry.name, _dot(entry.tint)), entry.sip, entry.sip_text],
        ),
        entry_sheet(
            Doctors,
            "doctors",
            rx.cond(Doctors.chosen.id == "", rx.cond(Doctors.people.length() > 0, person, nobody)),
            typed(
                Doctors,
                "display_name",
                "doctor_display_name",
                required=True,
                max_length=200,
                default_value=Doctors.chosen.name,
                help_key="scheduling.setup.help.display_name",
            ),
            typed(Doctors, "sip", "doctor_sip_number", max_length=60, default_value=Doctors.chosen.sip),
            typed(
                Doctors,
                "sip_until",
                "doctor_sip_valid_to",
                kind="date",
                default_value=Doctors.chosen.sip_until,
                help_key="scheduling.setup.help.sip_until",
            ),
            tint_choice(Doctors, "doctor_tint"),
        ),
    )


def rooms_tab() -> rx.Component:
    """Where people are seen."""
    return rx.fragment(
        entry_list(Rooms, "rooms", (NAME,), lambda entry: [name_of(entry, entry.name)]),
        entry_sheet(
            Rooms,
            "rooms",
            typed(
                Rooms,
                "name",
                "room_name",
                required=True,
                max_length=60,
                default_value=Rooms.chosen.name,
                help_key="scheduling.setup.help.room_name",
            ),
        ),
    )


def _minutes(minutes: Any) -> Any:
    return rx.cond(minutes > 0, t("scheduling.minutes", minutes=minutes), "")


def _cleaning(state: Any, prefix: str) -> rx.Component:
    """How long a device cannot be used after a visit; without a number the usual for its kind holds."""
    return typed(
        state,
        "cleaning",
        f"{prefix}_cleaning_minutes",
        kind="number",
        default_value=rx.cond(state.chosen.id == "", "", state.chosen.cleaning.to_string()),
        help_key=f"scheduling.setup.help.{prefix}_cleaning",
    )


def devices_tab() -> rx.Component:
    """What only one visit at a time can have."""
    columns = (
        NAME,
        Column("kind", "scheduling.setup.column.kind"),
        Column("cleaning", "scheduling.setup.column.cleaning", numeric=True, narrow=False),
    )
    return rx.fragment(
        entry_list(
            Devices,
            "devices",
            columns,
            lambda entry: [name_of(entry, entry.name), _word(entry.kind, DEVICE_KINDS), _minutes(entry.cleaning)],
        ),
        entry_sheet(
            Devices,
            "devices",
            typed(Devices, "name", "device_name", required=True, max_length=60, default_value=Devices.chosen.name),
            typed(
                Devices,
                "kind",
                "device_kind",
                kind="select",
                required=True,
                options=DEVICE_KINDS,
                default_value=Devices.chosen.kind,
                help_key="scheduling.setup.help.device_kind",
            ),
            _cleaning(Devices, "device"),
        ),
    )


def _names(state: Any, prefix: str) -> list[rx.Component]:
    return [
        typed(
            state,
            "name_id",
            f"{prefix}_name_id",
            required=True,
            max_length=60,
            default_value=state.chosen.name,
        ),
        typed(
            state,
            "name_en",
            f"{prefix}_name_en",
            required=True,
            max_length=60,
            default_value=state.chosen.name_en,
            help_key="scheduling.setup.help.name_en",
        ),
    ]


def _type_cells(entry: Any) -> list[Any]:
    return [
        name_of(entry, ui.visit_type(_named(entry), entry.tint)),
        t("scheduling.minutes", minutes=entry.minutes),
        _word(entry.device_kind, DEVICE_KINDS),
        _minutes(entry.cleaning),
    ]


def types_tab() -> rx.Component:
    """Why people come, how long it takes, what it needs."""
    columns = (
        NAME,
        Column("minutes", "scheduling.setup.column.minutes", numeric=True, width="7rem"),
        Column("device", "scheduling.setup.column.device", narrow=False),
        Column("cleaning", "scheduling.setup.column.cleaning", numeric=True, narrow=False),
    )
    usual = ui.button("scheduling.setup.types.install", icon="list-checks", on_click=Types.install)
    return rx.fragment(
        entry_list(Types, "types", columns, _type_cells, usual),
        entry_sheet(
            Types,
            "types",
            *_names(Types, "type"),
            typed(
                Types,
                "minutes",
                "type_minutes",
                kind="number",
                required=True,
                default_value=Types.chosen.minutes.to_string(),
                help_key="scheduling.setup.help.minutes",
            ),
            typed(
                Types,
                "device",
                "type_device_kind",
                kind="select",
                options=[("", "scheduling.setup.types.no_device"), *DEVICE_KINDS],
                default_value=Types.chosen.device_kind,
                help_key="scheduling.setup.help.type_device",
            ),
            _cleaning(Types, "type"),
            tint_choice(Types, "type_tint"),
        ),
    )


def _point_cells(entry: Any) -> list[Any]:
    letter = rx.el.span(
        entry.letter,
        class_name="inline-flex justify-center min-w-8 px-1 rounded-control bg-accent-soft text-accent-text font-bold",
    )
    return [name_of(entry, _named(entry), letter), _word(entry.kind, POINT_KINDS), entry.doctor, entry.room, entry.next]


def _point_owner() -> rx.Component:
    """What people wait for; the doctor is asked only where they wait for one."""
    return rx.el.div(
        typed(
            Points,
            "point_kind",
            "point_kind",
            kind="select",
            required=True,
            options=POINT_KINDS,
            default_value=Points.chosen.kind,
        ),
        typed(
            Points,
            "doctor",
            "point_practitioner_id",
            kind="select",
            required=True,
            options=Points.doctors,
            default_value=Points.chosen.doctor_id,
            help_key="scheduling.setup.help.point_doctor",
            class_name="not-group-has-[option[value=practitioner]:checked]/kind:hidden",
        ),
        class_name="group/kind flex flex-col gap-4",
    )


def points_tab() -> rx.Component:
    """Where people are called to, each with a letter of its own."""
    columns = (
        NAME,
        Column("kind", "scheduling.setup.column.kind"),
        Column("doctor", "scheduling.setup.column.doctor", narrow=False),
        Column("room", "scheduling.setup.column.room", narrow=False),
        Column("next", "scheduling.setup.column.next", narrow=False),
    )
    return rx.fragment(
        entry_list(Points, "points", columns, _point_cells),
        entry_sheet(
            Points,
            "points",
            typed(
                Points,
                "letter",
                "point_letter",
                required=True,
                max_length=2,
                default_value=Points.chosen.letter,
                help_key="scheduling.setup.help.letter",
            ),
            *_names(Points, "point"),
            _point_owner(),
            typed(
                Points,
                "room",
                "point_room_id",
                kind="select",
                options=Points.rooms,
                default_value=Points.chosen.room_id,
                help_key="scheduling.setup.help.point_room",
            ),
            typed(
                Points,
                "next_point",
                "point_next_point_id",
                kind="select",
                options=Points.points,
                default_value=Points.chosen.next_id,
                help_key="scheduling.setup.help.next_point",
            ),
        ),
    )

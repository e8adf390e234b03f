"""The strip that says whose record this is: on every screen about one patient, on no other."""

from typing import Any

import reflex as rx

from tht_app.components.ui.icon import icon
from tht_app.components.ui.show import badge
from tht_app.i18n import t

SLOT = "flex items-center gap-2 px-3 min-h-control rounded-control font-semibold"


def _part(label_key: str, value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(t(label_key), class_name="text-13 text-muted"),
        rx.el.span(value, class_name="font-semibold tabular-nums whitespace-nowrap"),
        class_name="flex items-baseline gap-1.5",
    )


def _known(view: Any) -> rx.Component:
    return rx.el.p(
        icon("octagon-alert"),
        rx.el.span(t("ui.banner.allergy.known"), class_name="uppercase tracking-wide"),
        rx.el.span(view.allergy_text, class_name="font-bold"),
        rx.cond(view.allergy_source != "", rx.el.span(view.allergy_source, class_name="font-normal text-13")),
        rx.cond(view.allergy_unconfirmed, badge("ui.banner.allergy.unconfirmed", "wait"), rx.fragment()),
        class_name=f"{SLOT} flex-wrap bg-danger-soft text-danger-text border-2 border-danger",
        data_testid="ui-banner-allergy-known",
    )


def _stated(state: str, icon_name: str, look: str, source: Any = None) -> rx.Component:
    return rx.el.p(
        icon(icon_name),
        t(f"ui.banner.allergy.{state}"),
        *([rx.el.span(source, class_name="font-normal text-13")] if source is not None else []),
        class_name=f"{SLOT} {look}",
        data_testid=f"ui-banner-allergy-{state}".replace("_", "-"),
    )


def allergy_slot(view: Any) -> Any:
    """The four states an allergy list can be in, each with icon and words; `hidden` shows nothing."""
    return rx.match(
        view.allergy_state,
        ("known", _known(view)),
        ("none", _stated("none", "circle-check", "bg-done-soft text-done-text", view.allergy_source)),
        (
            "not_asked",
            _stated("not_asked", "circle-help", "bg-wait-soft text-wait-text border-2 border-dashed border-wait"),
        ),
        ("hidden", rx.fragment()),
        _stated("unavailable", "cloud-off", "bg-sunken text-text border-2 border-dotted border-line-strong"),
    )


def _mark(mark: Any) -> rx.Component:
    return badge(mark, "info", icon_name="info")


def patient_banner(view: Any) -> rx.Component:
    """Name, sex, birth date with age, record number, marks, allergies; for a Var of `state.banner.BannerView`."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(view.name, class_name="text-16 font-bold m-0 break-words"),
            rx.el.span(view.sex, class_name="font-semibold"),
            rx.el.div(
                rx.el.span(t("ui.banner.born"), class_name="text-13 text-muted"),
                rx.el.span(view.born, class_name="font-semibold tabular-nums whitespace-nowrap"),
                rx.cond(view.age != "", rx.el.span("(", view.age, ")", class_name="text-muted whitespace-nowrap")),
                class_name="flex items-baseline gap-1.5",
            ),
            _part("ui.banner.record_number", view.record_number),
            rx.foreach(view.marks, _mark),
            class_name="flex flex-wrap items-baseline gap-x-6 gap-y-1 min-w-0",
        ),
        allergy_slot(view),
        aria_label=t("ui.banner.label"),
        class_name=(
            "sticky top-14 z-20 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-6 py-2 "
            "bg-surface border-b "
            "border-line-strong"
        ),
        data_testid="ui-banner",
    )

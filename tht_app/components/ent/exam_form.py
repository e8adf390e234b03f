"""The plain examination form: right beside left, one tap a finding, 'normal' said explicitly."""

from typing import Any

import reflex as rx

from tht_app.components.ui.button import button
from tht_app.components.ui.field import BOX
from tht_app.components.ui.show import badge
from tht_app.components.ui.tabs import tabs
from tht_app.domain.ent.findings import LONGEST_TEXT, NORMAL, REGIONS, Part, Region, Side, Site, sides_of
from tht_app.i18n import t
from tht_app.state.ent.exam import ExamState
from tht_app.state.ent.view_models import SentenceView

CHIP = (
    "inline-flex items-center min-h-control px-3 rounded-control border border-line-strong bg-surface text-14 "
    "hover:bg-sunken disabled:opacity-100 disabled:hover:bg-surface "
    "aria-pressed:bg-wait-soft aria-pressed:border-wait aria-pressed:text-wait-text aria-pressed:font-semibold"
)
NORMAL_CHIP = (
    "inline-flex items-center min-h-control px-3 rounded-control border border-line-strong bg-surface text-14 "
    "hover:bg-sunken disabled:opacity-100 "
    "aria-pressed:bg-done-soft aria-pressed:border-done aria-pressed:text-done-text aria-pressed:font-semibold"
)
SIDE_COLOUR = {
    Side.RIGHT: "var(--ear-right)",
    Side.LEFT: "var(--ear-left)",
    Side.NONE: "var(--line)",
    Side.BOTH: "var(--line)",
}


def side_head(side: Side) -> rx.Component:
    """Ka or Ki in its colour; nothing for sites without sides."""
    if side is Side.RIGHT:
        return badge("ent.side.right", "right")
    if side is Side.LEFT:
        return badge("ent.side.left", "left")
    return badge("ent.side.none", "neutral")


def _chip(part: Part, side: Side, site: str, finding: str) -> rx.Component:
    key = f"{part.value}.{side.value}.{site}.{finding}"
    return rx.el.button(
        t(f"ent.finding.{finding}"),
        type="button",
        aria_pressed=rx.cond(ExamState.pressed.contains(key), "true", "false"),
        disabled=~ExamState.may_write,
        on_click=ExamState.tap(key),
        class_name=NORMAL_CHIP if finding == NORMAL else CHIP,
        data_testid=f"ent-finding-{key}".replace(".", "-").replace("_", "-"),
    )


def _site(part: Part, side: Side, site: Site) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t(f"ent.site.{site.code}"), class_name="p-0 mb-1.5 text-13 font-semibold"),
        rx.el.div(
            *[_chip(part, side, site.code, finding) for finding in (NORMAL, *site.findings)],
            class_name="flex flex-wrap gap-1.5",
        ),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def _remark(part: Part, side: Side) -> rx.Component:
    key = f"{part.value}.{side.value}"
    return rx.el.label(
        rx.el.span(t("ent.exam.remark"), class_name="text-13 font-semibold"),
        rx.el.textarea(
            default_value=ExamState.remarks[key],
            key=f"{key}." + ExamState.remarks[key].to(str),
            max_length=LONGEST_TEXT,
            rows="2",
            read_only=~ExamState.may_write,
            on_blur=lambda text: ExamState.remark(part.value, side.value, text),
            class_name=f"{BOX} py-2 resize-y",
            custom_attrs={"data-testid": f"ent-exam-remark-{part.value}-{side.value}"},
        ),
        class_name="flex flex-col gap-1",
    )


def _column(part: Part, side: Side, regions: list[Region]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            side_head(side),
            rx.cond(
                ExamState.may_write,
                button(
                    "ent.exam.rest_normal",
                    on_click=ExamState.rest_normal(part.value, side.value),
                    kind="ghost",
                    icon="check-check",
                    test_id=f"ent-exam-rest-normal-{part.value}-{side.value}",
                ),
            ),
            class_name="flex flex-wrap items-center justify-between gap-2 min-h-control",
        ),
        *[_site(part, side, site) for region in regions for site in region.sites],
        _remark(part, side),
        class_name="flex flex-col gap-4 min-w-0 pt-2 border-t-4",
        style={"border_top_color": SIDE_COLOUR[side]},
    )


def _all_normal(part: str, test_id: str) -> rx.Component:
    everything = not part
    marking = button(
        f"ent.exam.all_normal.{part or 'parts'}",
        on_click=ExamState.all_normal(part),
        kind="secondary" if everything else "ghost",
        icon="check-check",
        test_id=test_id,
    )
    return rx.cond(ExamState.may_write, rx.el.div(marking))


def _part(part: Part) -> rx.Component:
    columns = [
        _column(part, side, [region for region in REGIONS if region.part is part and side in region.sides])
        for side in sides_of(part)
    ]
    paired, single = columns[:2], columns[2:]
    return rx.el.div(
        _all_normal(part.value, f"ent-exam-all-normal-{part.value}"),
        rx.el.div(*paired, class_name="grid grid-cols-2 gap-4 items-start"),
        *single,
        class_name="flex flex-col gap-6",
    )


def exam_form() -> rx.Component:
    """Ear, nose and throat; the patient's right stands on the left, as one sees the patient."""
    items: list[tuple[str, Any, Any]] = [(part.value, f"ent.part.{part.value}", _part(part)) for part in Part]
    return rx.el.div(
        _all_normal("", "ent-exam-all-normal"),
        rx.cond(ExamState.may_write, rx.el.p(t("ent.exam.all_normal_help"), class_name="m-0 text-13 text-muted")),
        tabs(items, value=ExamState.part, on_change=ExamState.show_part, name="ent"),
        class_name="flex flex-col gap-2",
        data_testid="ent-exam",
    )


def _sentence(sentence: rx.Var[SentenceView]) -> rx.Component:
    side = rx.match(
        sentence.side,
        ("right", badge("ent.side.right", "right")),
        ("left", badge("ent.side.left", "left")),
        rx.fragment(),
    )
    name = rx.match(sentence.part, *[(part.value, t(f"ent.part.{part.value}")) for part in Part], "")
    return rx.el.li(
        rx.el.span(name, class_name="font-semibold"),
        " ",
        side,
        " ",
        rx.el.span(sentence.text),
        class_name="break-words",
    )


def exam_sentences(sentences: Any) -> rx.Component:
    """The examination in words, one line a part and side; for a Var of `SentenceView`s."""
    return rx.el.ul(rx.foreach(sentences, _sentence), class_name="list-none m-0 p-0 flex flex-col gap-1.5")

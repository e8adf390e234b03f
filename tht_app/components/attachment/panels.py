"""The files of a visit beside its note, and those of a patient on their page."""

from typing import Any

import reflex as rx

from tht_app.components.attachment.gallery import gallery
from tht_app.components.attachment.uploader import uploader
from tht_app.components.layout.registry import allowed
from tht_app.components.ui.button import button, submit_button
from tht_app.components.ui.field import field
from tht_app.components.ui.form import form
from tht_app.components.ui.overlay import dialog, dialog_actions
from tht_app.components.ui.show import alert, card
from tht_app.domain.attachment import LONGEST_REASON, AttachmentKind
from tht_app.domain.identity import Permission
from tht_app.i18n import t
from tht_app.state.attachment.files import PatientFilesState, VisitFilesState


def visit_files(encounter: Any) -> rx.Component:
    """Attach and look at the files of a visit."""
    return rx.el.div(
        rx.cond(VisitFilesState.may_attach, uploader(encounter), rx.fragment()),
        gallery(VisitFilesState.files, test_id="attachment-files", on_ask=VisitFilesState.ask),
        _question(),
        class_name="flex flex-col gap-5",
    )


def _question() -> rx.Component:
    """Take a file back, or say why it is wrong."""
    return dialog(
        rx.el.p(VisitFilesState.asking_name, class_name="m-0 font-semibold [overflow-wrap:anywhere]"),
        rx.cond(VisitFilesState.wrong, _why(), _really()),
        open=VisitFilesState.asking != "",
        title_key=rx.cond(VisitFilesState.wrong, t("attachment.wrong.title"), t("attachment.remove.title")),
        on_close=VisitFilesState.leave,
        urgent=True,
        test_id="attachment-question",
    )


def _really() -> rx.Component:
    return rx.fragment(
        alert("attachment.remove.consequence", "wait"),
        dialog_actions(
            button("attachment.remove.keep", on_click=VisitFilesState.leave, auto_focus=True),
            button("attachment.remove.confirm", on_click=VisitFilesState.remove, kind="danger", icon="trash-2"),
        ),
    )


def _why() -> rx.Component:
    return form(
        alert("attachment.wrong.consequence", "info"),
        field(
            "attachment.wrong.reason",
            "reason",
            kind="textarea",
            rows=2,
            required=True,
            max_length=LONGEST_REASON,
            error=VisitFilesState.errors["reason"],
        ),
        dialog_actions(
            button("attachment.wrong.keep", on_click=VisitFilesState.leave),
            submit_button("attachment.wrong.confirm", kind="danger"),
        ),
        on_submit=VisitFilesState.mark_wrong,
        key_epoch=VisitFilesState.key_epoch,
        errors=VisitFilesState.errors,
    )


def _filter(kind: str, label: str) -> rx.Component:
    return rx.el.button(
        t(label),
        type="button",
        aria_pressed=rx.cond(PatientFilesState.kind == kind, "true", "false"),
        on_click=PatientFilesState.choose_kind(kind),
        class_name=(
            "min-h-control px-3 rounded-control border border-line-strong bg-surface font-semibold text-14 text-muted "
            "aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
        ),
        data_testid=f"attachment-filter-{kind or 'all'}",
    )


def patient_files() -> rx.Component:
    """Everything that was ever attached to this patient's visits, newest first, for who may read the record."""
    return rx.cond(
        allowed((Permission.RECORD_READ,)),
        card(
            "attachment.patient.title",
            rx.el.div(
                _filter("", "attachment.patient.all"),
                *[_filter(kind.value, f"attachment.kind.{kind.value}") for kind in AttachmentKind],
                role="group",
                aria_label=t("attachment.patient.filter"),
                class_name="flex flex-wrap gap-2",
            ),
            gallery(
                PatientFilesState.files, kind=PatientFilesState.kind, visit_link=True, test_id="attachment-patient"
            ),
        ),
    )

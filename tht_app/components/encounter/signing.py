"""The review before signing, what a signature says, and addenda."""

import reflex as rx

from tht_app.components.encounter.words import side_badge, word_of
from tht_app.components.ent.exam_form import exam_sentences
from tht_app.components.identity.proof import sign_by_passkey
from tht_app.components.ui.button import button, submit_button
from tht_app.components.ui.field import field
from tht_app.components.ui.form import form
from tht_app.components.ui.overlay import dialog, dialog_actions
from tht_app.components.ui.show import alert, card
from tht_app.domain.encounter.note import LONGEST_ADDENDUM, Section
from tht_app.i18n import t
from tht_app.state.encounter.signing import SigningState
from tht_app.state.encounter.view_models import DiagnosisView, EntryView, ProcedureView, ReviewSectionView
from tht_app.state.encounter.visit import EncounterState

HEADING = "m-0 text-13 font-semibold text-muted"
MISSING = (*[section.value for section in Section], "diagnosis", "gap")


def _section(section: rx.Var[ReviewSectionView]) -> rx.Component:
    return rx.el.section(
        rx.el.h3(word_of("encounter.section", Section, section.section), class_name=HEADING),
        rx.el.p(
            rx.cond(section.text != "", section.text, t("encounter.review.empty")),
            class_name="m-0 whitespace-pre-wrap break-words",
        ),
    )


def _diagnosis(item: rx.Var[DiagnosisView]) -> rx.Component:
    return rx.el.li(rx.el.span(item.code, class_name="font-bold"), " ", item.title, " ", side_badge(item.laterality))


def _procedure(item: rx.Var[ProcedureView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(item.code, class_name="font-bold"),
        " ",
        item.title,
        " ",
        side_badge(item.laterality),
        rx.cond(item.note != "", rx.fragment(" – ", item.note)),
    )


def _part(title_key: str, content: rx.Component, there: rx.Var) -> rx.Component:
    return rx.cond(there, rx.el.section(rx.el.h3(t(title_key), class_name=HEADING), content), rx.fragment())


def _missing(name: rx.Var[str]) -> rx.Component:
    return rx.el.li(word_of("encounter.review.missing", MISSING, name))


def _shown() -> rx.Component:
    review = SigningState.review
    return rx.el.div(
        rx.foreach(review.sections, _section),
        _part(
            "encounter.review.diagnoses",
            rx.el.ul(rx.foreach(review.diagnoses, _diagnosis), class_name="list-none m-0 p-0"),
            review.diagnoses.length() > 0,
        ),
        _part(
            "encounter.review.procedures",
            rx.el.ul(rx.foreach(review.procedures, _procedure), class_name="list-none m-0 p-0"),
            review.procedures.length() > 0,
        ),
        _part("encounter.review.vitals", rx.el.p(review.vitals, class_name="m-0"), review.vitals != ""),
        _part("encounter.review.findings", exam_sentences(review.findings), review.findings.length() > 0),
        _part(
            "encounter.review.files",
            rx.el.p(t("encounter.review.files_count", count=review.files), class_name="m-0"),
            review.files > 0,
        ),
        class_name="flex flex-col gap-3 p-4 max-h-[34dvh] overflow-y-auto rounded-card border border-line bg-ground",
        tab_index=0,
        aria_label=t("encounter.review.shown"),
        data_testid="encounter-review-shown",
    )


def sign_dialog() -> rx.Component:
    """What will be signed, what is missing, what follows from it, and the password again."""
    return dialog(
        rx.el.p(SigningState.review.patient, class_name="m-0 text-16 font-bold"),
        rx.cond(SigningState.changed, alert("encounter.review.changed", "wait"), rx.fragment()),
        rx.cond(
            SigningState.review.missing.length() > 0,
            alert(
                "encounter.review.missing_title",
                "wait",
                rx.el.ul(rx.foreach(SigningState.review.missing, _missing), class_name="m-0 pl-5 list-disc"),
            ),
            rx.fragment(),
        ),
        _shown(),
        alert(t("encounter.review.consequence", name=SigningState.review.patient), "info"),
        form(
            field(
                "encounter.sign.password",
                "password",
                kind="password",
                required=True,
                error=SigningState.errors["password"],
                autocomplete="current-password",
            ),
            dialog_actions(
                button("encounter.sign.cancel", on_click=SigningState.close, auto_focus=True),
                submit_button("encounter.sign.submit", icon="pen-line"),
            ),
            on_submit=SigningState.sign,
            key_epoch=SigningState.key_epoch,
            errors=SigningState.errors,
        ),
        sign_by_passkey(SigningState.review.hash, SigningState.sign),
        open=SigningState.open,
        title_key="encounter.review.title",
        on_close=SigningState.close,
        size="medium",
        urgent=True,
    )


def _addendum(entry: rx.Var[EntryView]) -> rx.Component:
    return rx.el.li(
        rx.el.p(t("encounter.addendum.number", number=entry.tag), " · ", entry.source, class_name=HEADING),
        rx.el.p(entry.text, class_name="m-0 whitespace-pre-wrap break-words"),
        class_name="flex flex-col gap-1",
        data_testid="encounter-addendum-item",
    )


def _addendum_form() -> rx.Component:
    return form(
        field(
            "encounter.addendum.text",
            "text",
            kind="textarea",
            required=True,
            rows=3,
            max_length=LONGEST_ADDENDUM,
            error=SigningState.errors["text"],
        ),
        field(
            "encounter.addendum.password",
            "password",
            kind="password",
            required=True,
            error=SigningState.errors["password"],
        ),
        submit_button("encounter.addendum.submit", icon="plus", kind="secondary"),
        on_submit=SigningState.addend,
        key_epoch=SigningState.addendum_epoch,
        errors=SigningState.errors,
        clear_after=True,
    )


def signed_card() -> rx.Component:
    """Who signed when, the hash, its check, and what was added since."""
    view = EncounterState.view
    return card(
        "encounter.signed.title",
        rx.el.p(t("encounter.signed.by", name=view.signed_by, at=view.signed_at), class_name="m-0"),
        rx.el.p(
            t("encounter.signed.hash", hash=view.hash),
            class_name="m-0 text-12 text-muted break-all",
            data_testid="encounter-signed-hash",
        ),
        rx.cond(
            view.code != "",
            rx.el.a(
                t("encounter.signed.code", code=view.code),
                href=rx.Var.create("/verify/") + view.code,
                target="_blank",
                class_name="text-13 font-mono",
                data_testid="encounter-signed-code",
            ),
        ),
        rx.el.div(
            button("encounter.signed.check", on_click=SigningState.check, icon="shield-check"),
            rx.match(
                SigningState.checked,
                ("intact", alert("encounter.signed.intact", "done")),
                ("not_genuine", alert("encounter.signed.not_genuine", "danger")),
                ("broken", alert("encounter.signed.broken", "danger")),
                rx.fragment(),
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        rx.cond(
            EncounterState.addenda.length() > 0,
            rx.el.ul(rx.foreach(EncounterState.addenda, _addendum), class_name="list-none m-0 p-0 flex flex-col gap-3"),
        ),
        rx.cond(view.mine, _addendum_form()),
    )

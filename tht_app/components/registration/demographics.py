"""What is known about one patient, and their consents."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.components.registration.merged import merge_button
from tht_app.domain.identity import Permission
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.i18n import t
from tht_app.state.registration.form import RegistrationState
from tht_app.state.registration.patient import PatientState

FACTS = (
    "nik",
    "other_id",
    "bpjs",
    "phone",
    "email",
    "address",
    "payer",
    "guardian",
    "birth_place",
    "religion",
    "occupation",
    "education",
    "marital_status",
)
CONSENT_COLUMNS = (
    ui.Column("purpose", "registration.consent.column.purpose"),
    ui.Column("state", "registration.consent.column.state"),
    ui.Column("who", "registration.consent.column.who", narrow=False),
    ui.Column("at", "registration.consent.column.at", numeric=True),
    ui.Column("actions", "registration.consent.print_button"),
)
TONES: dict[str, Any] = {"given": "done", "refused": "danger", "withdrawn": "neutral"}


def _fact(fact: Any) -> rx.Component:
    label: Any = rx.match(fact.key, *[(key, t(f"registration.field.{key}")) for key in FACTS], "")
    return ui.definition(label, fact.value)


def demographics() -> rx.Component:
    """The card of identity, with the way to correct it."""
    return ui.card(
        "registration.patient.identity",
        rx.el.dl(
            rx.foreach(PatientState.facts, _fact),
            class_name="grid grid-cols-1 sm:grid-cols-2 gap-x-6 gap-y-3 m-0",
            data_testid="registration-patient-facts",
        ),
        actions=rx.el.div(
            merge_button(PatientState.banner.patient_id),
            rx.cond(
                allowed((Permission.PATIENT_WRITE,)),
                ui.button(
                    "registration.patient.correct",
                    icon="pencil",
                    on_click=RegistrationState.open_correction(PatientState.banner.patient_id),
                ),
            ),
            class_name="flex flex-wrap gap-2",
        ),
    )


def _consent_cells(consent: Any) -> list[Any]:
    state = rx.match(
        consent.state,
        *[(name, ui.badge(f"registration.consent.state.{name}", tone)) for name, tone in TONES.items()],
        rx.fragment(),
    )
    actions = rx.cond(
        allowed((Permission.CONSENT_WRITE,)),
        rx.el.div(
            ui.link_button(
                "registration.consent.print_button", consent.print_url, kind="ghost", icon="printer", new_tab=True
            ),
            rx.cond(
                consent.state == "given",
                ui.button(
                    "registration.consent.withdraw", kind="ghost", on_click=PatientState.ask_withdrawal(consent.id)
                ),
            ),
            class_name="flex flex-wrap gap-1",
        ),
    )
    return [consent.purpose, state, consent.who, consent.at, actions]


def consents() -> rx.Component:
    """Every recorded consent, with printing, withdrawing and recording a new one."""
    return ui.card(
        "registration.consent.title",
        ui.table(
            columns=CONSENT_COLUMNS,
            rows=PatientState.consents,
            row=_consent_cells,
            caption_key="registration.consent.title",
            empty=ui.empty("registration.consent.none", "registration.consent.none_body", icon_name="signature"),
            test_id="registration-consents",
        ),
        actions=rx.cond(
            allowed((Permission.CONSENT_WRITE,)),
            ui.button("registration.consent.record", icon="plus", on_click=PatientState.begin_recording),
        ),
        test_id="registration-consent-card",
    )


def consent_sheet() -> rx.Component:
    """Recording one answer."""
    return ui.side_sheet(
        ui.form(
            ui.error_summary(PatientState.errors),
            ui.radio_group(
                "registration.consent.purpose_label",
                "purpose",
                [(one.value, f"registration.consent.purpose.{one.value}") for one in ConsentPurpose],
                default_value=ConsentPurpose.DATA_PROCESSING.value,
            ),
            ui.radio_group(
                "registration.consent.answer_label",
                "answer",
                [(one, f"registration.consent.state.{one}") for one in ("given", "refused")],
                default_value="given",
            ),
            ui.radio_group(
                "registration.consent.giver_label",
                "giver",
                [(one.value, f"registration.consent.giver.{one.value}") for one in ConsentGiver],
                default_value=ConsentGiver.PATIENT.value,
            ),
            ui.field(
                "registration.field.giver_name",
                "giver_name",
                help_key="registration.consent.giver_name_help",
                error=PatientState.errors["giver_name"],
            ),
            ui.form_actions(ui.submit_button("registration.consent.save")),
            on_submit=PatientState.record_consent,
            key_epoch=PatientState.key_epoch,
            errors=PatientState.errors,
        ),
        open=PatientState.recording,
        title_key="registration.consent.record",
        on_close=PatientState.stop_recording,
        test_id="registration-consent-sheet",
    )


def withdrawal_question() -> rx.Component:
    """Names patient and purpose; the safe answer comes first."""
    return ui.dialog(
        rx.el.p(t("registration.consent.withdraw_body", purpose=PatientState.withdrawing.purpose), class_name="m-0"),
        rx.el.div(
            ui.button("registration.consent.keep", on_click=PatientState.keep_consent, auto_focus=True),
            ui.button(
                "registration.consent.withdraw",
                kind="danger",
                on_click=PatientState.withdraw_consent,
                test_id="registration-consent-withdraw-now",
            ),
            class_name="flex flex-wrap justify-end gap-3 pt-2",
        ),
        open=PatientState.withdrawing.id != "",
        title_key=t("registration.consent.withdraw_question", name=PatientState.banner.name),
        on_close=PatientState.keep_consent,
        urgent=True,
        test_id="registration-consent-withdrawal",
    )


def patient_missing() -> rx.Component:
    """The address names nobody that this person may see."""
    return ui.empty(
        "registration.patient.missing",
        "registration.patient.missing_body",
        ui.link_button("registration.patient.back", "/patients", icon="arrow-left"),
        icon_name="user-x",
    )

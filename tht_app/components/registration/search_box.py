"""The search box of the top line, and the patient picker for other screens."""

from typing import Any

import reflex as rx

from tht_app.components import ui
from tht_app.components.layout.registry import allowed
from tht_app.domain.identity import Permission
from tht_app.state.registration.picker import PickerState, SearchBoxState


def search_box() -> rx.Component:
    """One box for every patient, shown to who may search; picking one opens their page."""
    return rx.cond(
        allowed((Permission.PATIENT_SEARCH,)),
        ui.combobox(
            label_key="shell.search.label",
            placeholder_key="shell.search.placeholder",
            hide_label=True,
            on_search=SearchBoxState.search,
            results=SearchBoxState.options,
            answers=SearchBoxState.answers,
            on_pick=SearchBoxState.open_patient,
            test_id="shell-search",
        ),
    )


def patient_picker(
    on_pick: Any = None,
    *,
    name: str = "",
    label_key: str = "registration.picker.label",
    default_value: Any = "",
    default_text: Any = "",
    required: bool = False,
    error: Any = None,
    auto_focus: bool = False,
    test_id: str | None = None,
) -> rx.Component:
    """Choose a patient: `on_pick(patient_id)` is sent, or, with `name`, the id is a field of the form around it.

    One picker a screen: they share their suggestions.
    """
    return ui.combobox(
        label_key=label_key,
        placeholder_key="registration.picker.placeholder",
        on_search=PickerState.search,
        results=PickerState.options,
        answers=PickerState.answers,
        on_pick=on_pick,
        name=name,
        default_value=default_value,
        default_text=default_text,
        required=required,
        error=error,
        auto_focus=auto_focus,
        test_id=test_id,
    )

"""Consent to data processing: what is asked, in which wording, and who may answer (UU 27/2022 art. 20-22, 25)."""

from enum import StrEnum

from tht_app.domain.errors import RuleViolation

CURRENT_VERSION = "2026-01"
"""Changes whenever a sentence of the consent text changes; the sentences are `registration.consent.text.*`."""


class ConsentPurpose(StrEnum):
    """What is agreed to, each on its own: `registration.consent.purpose.<value>`."""

    DATA_PROCESSING = "data_processing"
    REMINDERS = "reminders"
    TEACHING = "teaching"


class ConsentGiver(StrEnum):
    """Who answers: `registration.consent.giver.<value>`."""

    PATIENT = "patient"
    GUARDIAN = "guardian"


class GuardianMustConsent(RuleViolation):
    """The patient is under 18: a parent or guardian answers."""

    code = "registration.guardian_must_consent"


class ConsentAlreadyWithdrawn(RuleViolation):
    """It was withdrawn before; a new consent has to be recorded instead."""

    code = "registration.consent_already_withdrawn"


def ensure_may_consent(giver: ConsentGiver, *, minor: bool) -> None:
    """A minor's consent is given by the guardian."""
    if minor and giver is ConsentGiver.PATIENT:
        raise GuardianMustConsent

"""Who may do what: the one source of role -> permission.

The table of the product description, as data. A migration writes it to `sec.role_permission`, which the database's own
checks read; `tests/database` compares both, and `docs/permissions.csv` is typed by hand and compared with what happens
over real sockets and routes.
"""

from enum import StrEnum
from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)


class Role(StrEnum):
    """What somebody does in the clinic; one person may hold several."""

    ADMIN = "admin"
    DOCTOR = "doctor"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    OWNER = "owner"
    SERVICE = "service"
    """Programs of the clinic itself (seeder, worker, live feed, `tht`): never given to people."""
    VISITOR = "visitor"
    """Whoever holds a printed code: the narrow session of the verify page, never given to people."""
    DISPLAY = "display"
    """A television in the waiting room: numbers and rooms, nothing else; never given to people."""
    TICKET = "ticket"
    """Whoever holds the code of a ticket: that number, nothing else; never given to people."""
    LINK = "link"
    """Whoever holds the link of a message: the narrow session of one appointment, never given to people."""
    LINK_DESK = "link_desk"
    """What moves and cancels for whoever has proved a link; knows the calendar, never given to people."""


class Permission(StrEnum):
    """What a use case, page, route or event may require; everything not granted is refused."""

    SIGNED_IN = "signed_in"

    PATIENT_SEARCH = "patient.search"
    PATIENT_READ = "patient.read"
    PATIENT_READ_OPEN_PRESCRIPTION = "patient.read_open_prescription"
    PATIENT_READ_OPEN_INVOICE = "patient.read_open_invoice"
    PATIENT_WRITE = "patient.write"
    PATIENT_MERGE = "patient.merge"
    PATIENT_IMPORT = "patient.import"
    PATIENT_EXPORT = "patient.export"
    CONSENT_WRITE = "consent.write"

    APPOINTMENT_READ = "appointment.read"
    APPOINTMENT_WRITE = "appointment.write"
    APPOINTMENT_WRITE_OWN = "appointment.write_own"
    APPOINTMENT_OVERRIDE = "appointment.override"
    APPOINTMENT_LINK = "appointment.link"
    """The one appointment that the code of a message opens; row-level security shows no other."""
    APPOINTMENT_LINK_ACT = "appointment.link_act"
    """Change that appointment for whoever has proved to know its patient."""
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_WRITE = "schedule.write"
    SCHEDULE_WRITE_OWN = "schedule.write_own"

    QUEUE_READ = "queue.read"
    QUEUE_CHECK_IN = "queue.check_in"
    QUEUE_CALL = "queue.call"
    QUEUE_CALL_OWN_ROOM = "queue.call_own_room"
    QUEUE_CALL_PHARMACY = "queue.call_pharmacy"
    QUEUE_CALL_CASHIER = "queue.call_cashier"
    QUEUE_DISPLAY = "queue.display"
    """Numbers and places only: what hangs on the wall."""
    QUEUE_TICKET = "queue.ticket"
    """One number, by the code of its page."""

    RECORD_READ = "record.read"
    RECORD_READ_ALL = "record.read_all"
    """Every record without a treatment: for programs of the clinic, never for people."""
    RECORD_BREAK_GLASS = "record.break_glass"
    """Open the record of somebody one does not treat, with a reason, for an hour; every time is reviewed."""
    RECORD_READ_SAFETY = "record.read_safety"
    """Allergies, weight and active medicines only: what a pharmacist needs to dispense safely."""
    RECORD_WRITE = "record.write"
    RECORD_WRITE_NURSING = "record.write_nursing"
    """Vitals, complaint, allergies and the draft of S and O."""
    RECORD_SIGN = "record.sign"
    ATTACHMENT_SWEEP = "attachment.sweep"
    """Clear away files that were taken back or given up: the worker's."""
    NOTE_KEEP = "note.keep"
    """Keep the shared document of a note and write down what it says: the program's that does it, never people's."""

    TEMPLATE_SHARE = "template.share"
    """Write the templates that the whole clinic uses; one's own belong to who writes records."""

    CARE_MANAGE = "care.manage"
    """Say which doctor covers which, and see it."""

    PRESCRIPTION_READ = "prescription.read"
    PRESCRIPTION_WRITE = "prescription.write"
    PRESCRIPTION_SIGN = "prescription.sign"
    PRESCRIPTION_PRINT = "prescription.print"
    PRESCRIPTION_DISPENSE = "prescription.dispense"
    PRESCRIPTION_REVIEW = "prescription.review"

    INVENTORY_READ = "inventory.read"
    INVENTORY_WRITE = "inventory.write"

    ORDER_READ = "order.read"
    ORDER_WRITE = "order.write"
    RESULT_ENTER = "result.enter"
    RESULT_SIGN_OFF = "result.sign_off"

    INVOICE_READ = "invoice.read"
    INVOICE_WRITE = "invoice.write"

    LETTER_WRITE = "letter.write"
    LETTER_PRINT = "letter.print"

    INTEGRATION_MANAGE = "integration.manage"
    MESSAGE_DELIVER = "message.deliver"
    """Prepare and send what waits in the outbox: the worker's."""

    PRIVACY_MANAGE = "privacy.manage"
    """The register of what people asked about their own data."""
    PRIVACY_OVERSEE = "privacy.oversee"
    """That such requests wait and until when, without whose they are."""

    IDENTITY_MANAGE = "identity.manage"
    SETTINGS_MANAGE = "settings.manage"
    BACKUP_MANAGE = "backup.manage"

    AUDIT_READ = "audit.read"
    AUDIT_READ_BREAK_GLASS = "audit.read_break_glass"
    AUDIT_SEAL = "audit.seal"
    """Seal the log: for the program that does it, never for people."""

    REFERENCE_READ = "reference.read"
    """Code lists, rooms, visit types, names of colleagues: what every signed-in person sees."""


P = Permission  # short, because the table below is read as a table

EVERYONE = frozenset({P.SIGNED_IN, P.REFERENCE_READ})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: EVERYONE
    | {
        P.PATIENT_SEARCH,
        P.PATIENT_READ,
        P.PATIENT_WRITE,
        P.PATIENT_MERGE,
        P.PATIENT_IMPORT,
        P.PATIENT_EXPORT,
        P.CONSENT_WRITE,
        P.APPOINTMENT_READ,
        P.APPOINTMENT_WRITE,
        P.APPOINTMENT_OVERRIDE,
        P.SCHEDULE_READ,
        P.SCHEDULE_WRITE,
        P.QUEUE_READ,
        P.QUEUE_CHECK_IN,
        P.QUEUE_CALL,
        P.PRESCRIPTION_READ,
        P.PRESCRIPTION_PRINT,
        P.PRESCRIPTION_DISPENSE,
        P.INVENTORY_READ,
        P.INVENTORY_WRITE,
        P.INVOICE_READ,
        P.INVOICE_WRITE,
        P.LETTER_PRINT,
        P.INTEGRATION_MANAGE,
        P.CARE_MANAGE,
        P.PRIVACY_MANAGE,
    },
    Role.DOCTOR: EVERYONE
    | {
        P.PATIENT_SEARCH,
        P.PATIENT_READ,
        P.APPOINTMENT_READ,
        P.APPOINTMENT_WRITE_OWN,
        P.SCHEDULE_READ,
        P.SCHEDULE_WRITE_OWN,
        P.QUEUE_READ,
        P.QUEUE_CALL_OWN_ROOM,
        P.RECORD_READ,
        P.RECORD_WRITE,
        P.RECORD_SIGN,
        P.RECORD_BREAK_GLASS,
        P.TEMPLATE_SHARE,
        P.PRESCRIPTION_READ,
        P.PRESCRIPTION_WRITE,
        P.PRESCRIPTION_SIGN,
        P.PRESCRIPTION_PRINT,
        P.INVENTORY_READ,
        P.ORDER_READ,
        P.ORDER_WRITE,
        P.RESULT_SIGN_OFF,
        P.LETTER_WRITE,
        P.LETTER_PRINT,
    },
    Role.NURSE: EVERYONE
    | {
        P.PATIENT_SEARCH,
        P.PATIENT_READ,
        P.APPOINTMENT_READ,
        P.SCHEDULE_READ,
        P.QUEUE_READ,
        P.QUEUE_CHECK_IN,
        P.QUEUE_CALL,
        P.RECORD_READ,
        P.RECORD_WRITE_NURSING,
        P.RESULT_ENTER,
    },
    Role.PHARMACIST: EVERYONE
    | {
        P.PATIENT_READ_OPEN_PRESCRIPTION,
        P.QUEUE_READ,
        P.QUEUE_CALL_PHARMACY,
        P.RECORD_READ_SAFETY,
        P.PRESCRIPTION_READ,
        P.PRESCRIPTION_PRINT,
        P.PRESCRIPTION_DISPENSE,
        P.PRESCRIPTION_REVIEW,
        P.INVENTORY_READ,
        P.INVENTORY_WRITE,
    },
    Role.CASHIER: EVERYONE
    | {
        P.PATIENT_READ_OPEN_INVOICE,
        P.QUEUE_READ,
        P.QUEUE_CALL_CASHIER,
        P.INVOICE_READ,
        P.INVOICE_WRITE,
    },
    Role.AUDITOR: EVERYONE | {P.AUDIT_READ},
    Role.OWNER: EVERYONE
    | {
        P.INTEGRATION_MANAGE,
        P.IDENTITY_MANAGE,
        P.SETTINGS_MANAGE,
        P.BACKUP_MANAGE,
        P.AUDIT_READ_BREAK_GLASS,
        P.CARE_MANAGE,
        P.PRIVACY_OVERSEE,
    },
    Role.SERVICE: frozenset(P),
    Role.VISITOR: frozenset({P.SIGNED_IN}),
    Role.DISPLAY: frozenset({P.QUEUE_DISPLAY}),
    Role.TICKET: frozenset({P.QUEUE_TICKET}),
    Role.LINK: EVERYONE | {P.APPOINTMENT_LINK},
    Role.LINK_DESK: EVERYONE
    | {
        P.APPOINTMENT_LINK,
        P.APPOINTMENT_LINK_ACT,
        P.APPOINTMENT_READ,
        P.APPOINTMENT_WRITE,
        P.SCHEDULE_READ,
        P.PATIENT_READ,
    },
}

NOT_FOR_PEOPLE = frozenset({Role.SERVICE, Role.VISITOR, Role.DISPLAY, Role.TICKET, Role.LINK, Role.LINK_DESK})


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """All that somebody with these roles may do."""
    return frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))

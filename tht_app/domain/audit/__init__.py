"""What an audit entry says was done."""

from enum import StrEnum


class AuditAction(StrEnum):
    """The verb of an audit entry; the words people read are the catalogue key `audit.action.<value>`."""

    READ = "read"
    SEARCH = "search"
    CREATE = "create"
    UPDATE = "update"
    MERGE = "merge"
    SIGN = "sign"
    ADDEND = "addend"
    PRINT = "print"
    EXPORT = "export"
    IMPORT = "import"
    DISPENSE = "dispense"
    CALL = "call"
    CANCEL = "cancel"
    OVERRIDE = "override"
    SETTINGS = "settings"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    DENY = "deny"
    VERIFY = "verify"
    """Somebody had the log itself checked."""

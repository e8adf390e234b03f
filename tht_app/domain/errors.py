"""What can go wrong for a reason a person can understand.

An error carries a code and data, never words: the words are the catalogue key `errors.<code>` in the language of
whoever receives it. Subclasses stand next to the rule they belong to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

Param = str | int


class DomainError(Exception):
    """Base of every refusal that is normal life; anything else that is raised is a bug."""

    code: ClassVar[str] = "domain.error"

    def __init__(self, **params: Param) -> None:
        """Keep the data that the words need, for example `lot="A1", left=3`."""
        super().__init__(self.code)
        self.params: dict[str, Param] = params


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field: words are `problems.<code>`, filled with `params`."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])


class ValidationFailed(DomainError):
    """One or more fields hold something that cannot be accepted; every bad field is named at once."""

    code = "common.validation_failed"

    def __init__(self, fields: Mapping[str, str | Problem]) -> None:
        """Take `{"nik": "nik_length"}` or `{"name": Problem("too_long", {"max": 200})}`."""
        super().__init__(count=len(fields))
        self.fields: dict[str, Problem] = {
            name: what if isinstance(what, Problem) else Problem(what) for name, what in fields.items()
        }


class RuleViolation(DomainError):
    """The request is well formed, yet a rule of the clinic forbids it."""


class NotFound(DomainError):
    """There is no such thing, or row-level security does not let this person see that there is."""

    code = "common.not_found"


class Conflict(DomainError):
    """Somebody was faster: the thing changed after it was shown."""

    code = "common.conflict"


class PermissionDenied(DomainError):
    """The person's roles do not grant this; `permission` says which permission was missing."""

    code = "common.permission_denied"


class SessionEnded(DomainError):
    """The session is unknown, expired or revoked: sign in again."""

    code = "common.session_ended"


class Unavailable(DomainError):
    """The database cannot be reached at the moment; nothing was changed, trying again is safe."""

    code = "common.unavailable"


class Busy(Unavailable):
    """Others kept what this needs for too long; nothing was changed, trying again is safe."""

    code = "common.busy"

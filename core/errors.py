"""The four refusals a user may meet; anything else is a bug."""

from __future__ import annotations

import traceback
from typing import Any


class SzansaError(Exception):
    """A refusal with a whole translated sentence and at most one field key."""

    status = 500

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it now."""
        return str(self.args[0])


class Invalid(SzansaError):
    """The input is wrong: the form is shown again and nothing typed is lost (422)."""

    status = 422


class InvalidForm(Invalid):
    """Several fields are wrong at once; `errors` maps a field key to its sentences."""

    def __init__(self, errors: dict[str, list[Any]]) -> None:
        field, sentences = next(iter(errors.items()))
        super().__init__(sentences[0], field)
        self.errors = errors


class NeedsConfirmation(Invalid):
    """Allowed only when the user says so; `warnings` maps a confirmation key to its sentence."""

    def __init__(self, warnings: dict[str, Any]) -> None:
        super().__init__(next(iter(warnings.values())))
        self.warnings = warnings


class NotFound(SzansaError):
    """Does not exist, or may not be known to exist (404)."""

    status = 404


class Forbidden(SzansaError):
    """May be seen, not done; the sentence says who can grant it (403)."""

    status = 403


class Conflict(SzansaError):
    """Changed meanwhile, or still in use (409)."""

    status = 409


def trace_of(error: BaseException) -> str:
    """Return what happened where, without the message, which may hold other people's data."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"

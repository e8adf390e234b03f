"""Ids that come from a browser are input: what is none names nothing."""

from uuid import UUID

from tht_app.domain.errors import NotFound


def as_id(text: str) -> UUID:
    """The id that a browser sent; raises `NotFound` for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None

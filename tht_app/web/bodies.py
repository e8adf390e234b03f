"""What a browser sends as JSON: an object, or nothing of use."""

from typing import Any

from starlette.requests import Request


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object that came; an empty one for anything else, also for lists in lists without end."""
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}

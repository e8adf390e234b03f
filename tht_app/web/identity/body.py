"""The small JSON bodies of these routes."""

from starlette.requests import Request


async def json_body(request: Request) -> dict[str, str]:
    """The text values of the JSON object that came; nothing for anything else."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    sent = body if isinstance(body, dict) else {}
    return {name: value for name, value in sent.items() if isinstance(name, str) and isinstance(value, str)}

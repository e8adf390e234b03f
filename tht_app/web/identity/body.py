"""The small JSON bodies of these routes."""

from starlette.requests import Request

from tht_app.web.bodies import json_object


async def json_body(request: Request) -> dict[str, str]:
    """The text values of the JSON object that came; nothing for anything else."""
    return {name: value for name, value in (await json_object(request)).items() if isinstance(value, str)}

"""A browser reduced to what an attacker has: an HTTP client with cookies and a socket that can say anything."""

import asyncio
import uuid
from typing import Any

import httpx
import socketio
from socketio.exceptions import ConnectionError as SocketRefused

STATE = "reflex___state____state"
HYDRATE = f"{STATE}.hydrate_and_load"
QUIET_SECONDS = 0.35


class Tab:
    """One socket of a browser: sends events, keeps every update that comes back."""

    def __init__(self, browser: "Browser", token: str | None = None) -> None:
        self.browser = browser
        self.token = token or str(uuid.uuid4())
        self.updates: list[dict[str, Any]] = []
        self.closed = asyncio.Event()
        self._came = asyncio.Event()
        self.sio = socketio.AsyncClient(reconnection=False, logger=False)
        self.sio.on("event", self._on_event, namespace="/_event")
        self.sio.on("new_token", self._on_new_token, namespace="/_event")
        self.sio.on("disconnect", self._on_disconnect, namespace="/_event")

    async def _on_event(self, update: dict[str, Any]) -> None:
        self.updates.append(update)
        self._came.set()

    async def _on_new_token(self, token: str) -> None:
        self.token = token

    async def _on_disconnect(self, *_: Any) -> None:
        self.closed.set()

    async def open(
        self, path: str = "/", *, boot: bool = True, origin: str | None = "", cookie: str | None = None
    ) -> "Tab":
        """Connect; raises SocketRefused. `origin=None` sends none."""
        headers = {"Cookie": self.browser.cookie_header() if cookie is None else cookie}
        if origin is not None:
            headers["Origin"] = origin or self.browser.origin
        route = {"pathname": path, "asPath": path}
        auth = {"event": {"name": HYDRATE, "payload": {}, "router_data": route}} if boot else None
        await self.sio.connect(
            f"{self.browser.origin}/?token={self.token}",
            headers=headers,
            socketio_path="/_event",
            namespaces=["/_event"],
            transports=["websocket"],
            auth=auth,
            wait_timeout=10,
        )
        if boot:
            await self.settle()
        return self

    async def fire(self, name: str, path: str = "/", **payload: Any) -> list[dict[str, Any]]:
        """Send one event and return the updates that came until it was quiet."""
        before = len(self.updates)
        await self.send(name, path, payload)
        await self.settle()
        return self.updates[before:]

    async def send(self, name: str, path: str, payload: Any) -> None:
        """Send one event and do not wait."""
        data = {"name": name, "payload": payload, "router_data": {"pathname": path, "asPath": path}}
        await self.sio.emit("event", data, namespace="/_event")

    async def settle(self, first: float = 3.0) -> None:
        """Wait for an answer, then until nothing more comes."""
        patience = first
        while True:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), patience)
            except TimeoutError:
                return
            patience = QUIET_SECONDS

    async def news(self) -> None:
        """Wait for the next update."""
        self._came.clear()
        await self._came.wait()

    def value(self, suffix: str, var: str) -> Any:
        """The newest value of a var, of the State whose full name ends with `suffix`."""
        for update in reversed(self.updates):
            for state, changes in (update.get("delta") or {}).items():
                if state.endswith(suffix) and f"{var}_rx_state_" in changes:
                    return changes[f"{var}_rx_state_"]
        return None

    def notices(self) -> list[dict[str, Any]]:
        """The notices as the screen shows them now."""
        return self.value("notice_state", "notices") or []

    async def close(self) -> None:
        """Hang up."""
        await self.sio.disconnect()


class Browser:
    """Cookies, one address, any number of tabs."""

    def __init__(self, origin: str, *, address: str = "203.0.113.7") -> None:
        self.origin = origin
        self.http = httpx.AsyncClient(
            base_url=origin, headers={"Origin": origin, "X-Forwarded-For": address}, timeout=30, follow_redirects=False
        )
        self.tabs: list[Tab] = []

    async def sign_in(self, username: str, password: str, **more: str) -> httpx.Response:
        """Post the form of the sign-in page."""
        return await self.http.post("/signin", data={"username": username, "password": password, **more})

    def cookie_header(self) -> str:
        """What this browser sends with a handshake."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    @property
    def session(self) -> str | None:
        """The session token."""
        return self.http.cookies.get("sid")

    def tab(self, token: str | None = None) -> Tab:
        """A tab that has not connected yet."""
        tab = Tab(self, token)
        self.tabs.append(tab)
        return tab

    async def page(self, path: str = "/") -> dict[str, Any]:
        """Open a page as a navigation."""
        answer = await self.http.get(path, headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
        return {"status": answer.status_code, "location": answer.headers.get("location"), "headers": answer.headers}

    async def close(self) -> None:
        """Close every tab and the client."""
        for tab in self.tabs:
            if tab.sio.connected:
                await tab.close()
        await self.http.aclose()


__all__ = ["HYDRATE", "STATE", "Browser", "SocketRefused", "Tab"]

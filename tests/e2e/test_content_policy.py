"""Every page in a real browser under its Content-Security-Policy: nothing that the page needs is forbidden to it.

The pages come from the program's own list, so a new one is looked at without anybody thinking of it.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response

import tht_app.pages  # noqa: F401  importing it registers every screen
from tests.e2e.conftest import DEMO_PASSWORD, DESKTOP, OpenClinic
from tht_app.components.layout.registry import PAGES, roles_with
from tht_app.domain.identity import Role

pytestmark = pytest.mark.e2e

ACCOUNTS = {
    Role.ADMIN: "admin",
    Role.DOCTOR: "dokter",
    Role.NURSE: "perawat",
    Role.PHARMACIST: "apoteker",
    Role.CASHIER: "kasir",
    Role.AUDITOR: "auditor",
    Role.OWNER: "pemilik",
}
PLAIN = (
    "/signin",
    "/signin?lang=en",
    "/verify/AAAABBBBCCCC",
    "/ticket/AAAABBBBCCCC",
    "/a/aaaabbbbcccc",
    "/display/none",
)
MOMENT_MS = 150
"""For what a page loads once it stands; a violation that comes later is told in the name of the next page."""
TELL = """
addEventListener('securitypolicyviolation', (event) => {
  window.tellViolation(`${event.effectiveDirective} ${event.blockedURI} on ${location.pathname}`);
});
"""


class Watched:
    """A page whose violations are collected, whichever document they happen in."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.violations: list[str] = []
        self.policies: dict[str, str] = {}
        page.set_default_timeout(20_000)
        page.expose_function("tellViolation", lambda told: self.violations.append(told))  # noqa: PLW0108  Playwright marks it
        page.add_init_script(TELL)
        page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self.policies[response.url] = response.headers.get("content-security-policy", "")

    def sign_in(self, username: str) -> None:
        self.page.goto(f"{self.origin}/signin")
        self.page.get_by_test_id("identity-signin-username").fill(username)
        self.page.get_by_test_id("identity-signin-password").fill(DEMO_PASSWORD)
        self.page.get_by_test_id("identity-signin-submit").click()
        self.page.wait_for_url(f"{self.origin}/")

    def look_at(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")
        self.page.locator("h1").first.wait_for()
        self.page.wait_for_timeout(MOMENT_MS)


@pytest.fixture
def watched(open_clinic: OpenClinic, chromium: Browser) -> Iterator[Watched]:
    """A browser that nobody has signed in with."""
    context = chromium.new_context(viewport=DESKTOP, locale="id-ID", timezone_id="Asia/Jakarta")  # type: ignore[arg-type]
    yield Watched(context.new_page(), open_clinic.origin)
    context.close()


IDS = "[0-9a-f-]{36}"


def a_patient(watched: Watched) -> str:
    """The id of a patient, found as the front desk finds one."""
    page = watched.page
    watched.look_at("/patients")
    page.get_by_test_id("registration-patients-search").press_sequentially("putri", delay=40)
    page.get_by_test_id("registration-patients-results").locator("tbody tr").first.click()
    page.wait_for_url(re.compile(IDS))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def a_visit(watched: Watched) -> str:
    """The id of a visit of this doctor's day."""
    watched.look_at("/")
    watched.page.get_by_test_id("encounter-day-open").first.click()
    watched.page.wait_for_url(re.compile(IDS))
    return watched.page.url.rstrip("/").rsplit("/", 1)[1]


def by_account() -> dict[str, list[str]]:
    """Each page once, under the first role that may see it; pages of no role of people are the television's."""
    chosen: dict[str, list[str]] = {}
    for route, entry in sorted(PAGES.items()):
        roles = roles_with(entry.needs)
        preferred = Role.DOCTOR if "encounter" in route and Role.DOCTOR in roles else next(iter(roles), None)
        if preferred is not None:
            chosen.setdefault(ACCOUNTS[preferred], []).append(route)
    return chosen


def test_no_page_violates_its_own_policy(watched: Watched):
    for path in PLAIN:
        watched.look_at(path)
    watched.sign_in(ACCOUNTS[Role.ADMIN])
    patient = a_patient(watched)
    for username, routes in by_account().items():
        watched.page.context.clear_cookies()
        watched.sign_in(username)
        for route in routes:
            wanted = a_visit(watched) if "encounter" in route else patient
            watched.look_at(re.sub(r"\[[^\]]+\]", wanted, route))
            assert watched.page.locator("main h1").count() == 1, route
    assert watched.violations == []
    assert len(watched.policies) >= len(PAGES)
    for address, policy in watched.policies.items():
        assert "default-src 'none'" in policy, address
        assert "unsafe-eval" not in policy, address
        assert "script-src 'self' 'unsafe-inline'" not in policy, address


def test_a_script_that_somebody_else_put_into_a_page_does_not_run_and_is_seen(watched: Watched):
    watched.sign_in("admin")
    watched.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.stolen = 1';"
        " document.body.append(script); const image = new Image(); image.src = 'https://evil.example/x.png'; }"
    )
    watched.page.wait_for_function("() => true")
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("() => window.stolen") is None
    assert {violation.split()[0] for violation in watched.violations} == {"script-src-elem", "img-src"}

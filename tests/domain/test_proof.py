"""Who needs a second factor."""

import pytest

from tht_app.domain.devices import browser_and_system
from tht_app.domain.identity import Role
from tht_app.domain.proof import PEOPLE, Demand, demand_of, policy_of, usual_policy


def test_outside_a_demo_owner_doctor_and_auditor_need_one():
    needed = {role for role, demand in usual_policy(demo=False).items() if demand is Demand.REQUIRED}
    assert needed == {Role.OWNER, Role.DOCTOR, Role.AUDITOR}
    assert set(usual_policy(demo=True).values()) == {Demand.OPTIONAL}


def test_what_the_owner_decided_holds_and_nonsense_does_not():
    stored = {"owner": "off", "cashier": "required", "nurse": "sometimes", "service": "required", "king": "off"}
    policy = policy_of(stored, demo=False)
    assert set(policy) == set(PEOPLE)
    assert policy[Role.OWNER] is Demand.OFF
    assert policy[Role.CASHIER] is Demand.REQUIRED
    assert policy[Role.NURSE] is Demand.OPTIONAL
    assert policy[Role.DOCTOR] is Demand.REQUIRED


@pytest.mark.parametrize(
    ("roles", "demand"),
    [
        ({Role.NURSE}, Demand.OPTIONAL),
        ({Role.NURSE, Role.DOCTOR}, Demand.REQUIRED),
        ({Role.NURSE, Role.CASHIER}, Demand.OPTIONAL),
        ({Role.CASHIER}, Demand.OFF),
        (set(), Demand.OPTIONAL),
    ],
)
def test_of_several_roles_the_strictest_counts(roles: set[Role], demand: Demand):
    policy = usual_policy(demo=False) | {Role.CASHIER: Demand.OFF}
    assert demand_of(roles, policy) is demand


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit Chrome/140.0 Safari/537.36", ("Chrome", "Windows")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit Version/18.0 Safari/604.1", ("Safari", "iPad")),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/26.0 Chrome/122 Safari", ("Samsung Internet", "Android")),
        ("<script>alert(1)</script>", ("", "")),
    ],
)
def test_devices_are_named_as_people_name_them_and_never_in_their_own_words(agent: str, named: tuple[str, str]):
    assert browser_and_system(agent) == named

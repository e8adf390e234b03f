"""Sites and findings of the plain ENT examination, and what a tap on one of them means.

A finding is a code on a site and a side, never a silent default: 'normal' is a finding of its own, a site without any
finding was not examined. Words are the catalogue keys `ent.part.*`, `ent.site.*`, `ent.finding.*`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tht_app.domain.errors import ValidationFailed

NORMAL = "normal"
REMARK = "remark"
"""Free text about a whole part and side; it stands beside codes, never instead of one."""
WHOLE = "whole"
LONGEST_TEXT = 2_000


class Part(StrEnum):
    """The parts of the examination, in the order in which they are examined."""

    EAR = "ear"
    NOSE = "nose"
    THROAT = "throat"


class Side(StrEnum):
    """The patient's own side; `none` where a site has no sides."""

    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Site:
    """A place that is looked at, with the findings that can be tapped; of an `exclusive` set at most one is true."""

    code: str
    findings: tuple[str, ...]
    exclusive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Region:
    """Sites of one part that share their sides."""

    part: Part
    sides: tuple[Side, ...]
    sites: tuple[Site, ...]


PAIRED = (Side.RIGHT, Side.LEFT)
UNPAIRED = (Side.NONE,)
TONSIL_GRADES = ("t0", "t1", "t2", "t3", "t4")
TURBINATES = frozenset({"hypertrophy", "atrophy"})

REGIONS: tuple[Region, ...] = (
    Region(
        Part.EAR,
        PAIRED,
        (
            Site("pinna", ("tragus_tender", "swelling", "hyperaemia", "wound", "fistula", "malformation")),
            Site("retroauricular", ("tender", "swelling", "fistula", "scar")),
            Site(
                "ear_canal",
                ("cerumen", "oedema", "hyperaemia", "discharge", "foreign_body", "fungus", "furuncle", "stenosis"),
            ),
            Site(
                "tympanic_membrane",
                (
                    "hyperaemia",
                    "bulging",
                    "retraction",
                    "effusion",
                    "perforation_central",
                    "perforation_attic",
                    "perforation_total",
                    "tympanosclerosis",
                    "not_visible",
                ),
                frozenset({"perforation_central", "perforation_attic", "perforation_total"}),
            ),
        ),
    ),
    Region(
        Part.NOSE,
        PAIRED,
        (
            Site("external_nose", ("deformity", "swelling", "wound", "tender")),
            Site(
                "nasal_cavity",
                ("narrow", "mucosa_hyperaemia", "mucosa_pale", "crust", "mass", "foreign_body", "bleeding"),
            ),
            Site(
                "nasal_secretion",
                ("serous", "mucoid", "mucopurulent", "blood"),
                frozenset({"serous", "mucoid", "mucopurulent"}),
            ),
            Site("inferior_turbinate", ("hypertrophy", "atrophy", "hyperaemia", "pale"), TURBINATES),
            Site("middle_meatus", ("pus", "polyp", "closed")),
            Site("septum", ("deviation", "spur", "perforation", "haematoma")),
        ),
    ),
    Region(
        Part.THROAT,
        PAIRED,
        (
            Site(
                "tonsil",
                (*TONSIL_GRADES, "hyperaemia", "wide_crypts", "detritus", "membrane", "ulcer"),
                frozenset(TONSIL_GRADES),
            ),
        ),
    ),
    Region(
        Part.THROAT,
        UNPAIRED,
        (
            Site("oral_cavity", ("caries", "stomatitis", "trismus", "mass")),
            Site("palate_uvula", ("oedema", "asymmetry", "cleft", "mass")),
            Site("posterior_wall", ("hyperaemia", "granulation", "postnasal_drip", "bulging")),
        ),
    ),
)

SITES: Mapping[tuple[Part, str], tuple[Region, Site]] = {
    (region.part, site.code): (region, site) for region in REGIONS for site in region.sites
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding that stands in the record. `text` is free text, for `remark` and beside a code."""

    part: Part
    side: Side
    site: str
    finding: str
    text: str = ""

    @property
    def normal(self) -> bool:
        """Whether this says that the site was looked at and is normal."""
        return self.finding == NORMAL

    @property
    def place(self) -> tuple[Part, Side, str]:
        """Part, side and site."""
        return self.part, self.side, self.site

    @property
    def key(self) -> str:
        """`ear.right.ear_canal.cerumen`: how screens name it."""
        return f"{self.part}.{self.side}.{self.site}.{self.finding}"


def parse_key(key: str) -> Finding:
    """The finding that a key names; raises ValidationFailed for one that does not exist."""
    try:
        part_name, side_name, site_name, finding = key.split(".")
        part, side = Part(part_name), Side(side_name)
        region, site = SITES[part, site_name]
    except (ValueError, KeyError):
        raise ValidationFailed({"finding": "unknown_choice"}) from None
    if side not in region.sides or finding not in (*site.findings, NORMAL):
        raise ValidationFailed({"finding": "unknown_choice"})
    return Finding(part, side, site_name, finding)


@dataclass(frozen=True, slots=True)
class Change:
    """What a tap changes: findings that begin to stand and findings that do not stand any more."""

    add: tuple[Finding, ...] = ()
    remove: tuple[Finding, ...] = ()


def tap(standing: Iterable[Finding], tapped: Finding) -> Change:
    """Turn one finding on or off.

    A second tap takes it back. 'Normal' replaces the abnormal findings of its site and the other way round; of an
    exclusive set (tonsil grades, kinds of perforation) the new one replaces the old.
    """
    here = [finding for finding in standing if finding.place == tapped.place]
    same = tuple(finding for finding in here if finding.finding == tapped.finding)
    if same:
        return Change(remove=same)
    if tapped.normal:
        return Change(add=(tapped,), remove=tuple(here))
    exclusive = SITES[tapped.part, tapped.site][1].exclusive
    replaced = tuple(
        finding for finding in here if finding.normal or (tapped.finding in exclusive and finding.finding in exclusive)
    )
    return Change(add=(tapped,), remove=replaced)


def rest_normal(standing: Iterable[Finding], part: Part, side: Side) -> Change:
    """'Normal, except': every site of this part and side that has no finding yet is normal, and says so."""
    taken = {finding.place for finding in standing}
    places = [
        Finding(part, side, site.code, NORMAL)
        for region in REGIONS
        if region.part is part and side in region.sides
        for site in region.sites
    ]
    if not places:
        raise ValidationFailed({"side": "unknown_choice"})
    return Change(add=tuple(finding for finding in places if finding.place not in taken))


def all_normal(standing: Iterable[Finding], parts: Iterable[Part]) -> Change:
    """'Normal, except' for whole parts, every side of them; what somebody has recorded is left as it is."""
    before = tuple(standing)
    return Change(
        add=tuple(one for part in parts for side in sides_of(part) for one in rest_normal(before, part, side).add)
    )


def sides_of(part: Part) -> tuple[Side, ...]:
    """The sides that a part is examined on, right before left, unpaired sites last."""
    return tuple(dict.fromkeys(side for region in REGIONS if region.part is part for side in region.sides))


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As an examination is read: part, side, site, finding; remarks at the end of their part and side."""
    sites = [code for _, code in SITES]
    parts, sides = list(Part), list(Side)

    def rank(finding: Finding) -> tuple[int, int, int, int]:
        known = SITES.get((finding.part, finding.site))
        order = (NORMAL, *known[1].findings) if known else ()
        return (
            parts.index(finding.part),
            sides.index(finding.side),
            sites.index(finding.site) if known else len(sites),
            order.index(finding.finding) if finding.finding in order else len(order),
        )

    return tuple(sorted(findings, key=rank))

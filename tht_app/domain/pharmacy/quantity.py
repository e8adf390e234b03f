"""How much to hand out, and how long it lasts.

Amounts are `Fraction`, because half a tablet three times a day for five days is a whole number and a float is not.
Source of the formulas: the clinic's ENT reference, section on quantity (drops, spray, syrup).
"""

from fractions import Fraction
from math import ceil

DROPS_PER_ML = 20


def tablets(amount: Fraction, per_day: int, days: int) -> int:
    """Whole tablets for `amount` tablets taken `per_day` times for `days` days; a broken one is handed out whole."""
    return ceil(amount * per_day * days)


def days_of_drops(volume_ml: Fraction, drops: Fraction, per_day: int, sites: int) -> Fraction:
    """Days that a bottle of `volume_ml` lasts, with `drops` into each of `sites` ears, eyes or nostrils."""
    return volume_ml * DROPS_PER_ML / (drops * per_day * sites)


def days_of_spray(puffs_in_bottle: int, puffs: Fraction, per_day: int, nostrils: int) -> Fraction:
    """Days that a spray of `puffs_in_bottle` puffs lasts, with `puffs` into each of `nostrils`."""
    return Fraction(puffs_in_bottle) / (puffs * nostrils * per_day)


def bottles(days: int, days_in_one: Fraction) -> int:
    """Whole bottles for `days` days when one lasts `days_in_one` days; never fewer than one."""
    return max(1, ceil(Fraction(days) / days_in_one))


def bottles_of_syrup(dose_ml: Fraction, per_day: int, days: int, volume_ml: Fraction) -> int:
    """Whole bottles of `volume_ml` for `dose_ml` taken `per_day` times for `days` days."""
    return max(1, ceil(dose_ml * per_day * days / volume_ml))

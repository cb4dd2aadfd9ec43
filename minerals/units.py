"""Units of measure and their exact factors: one small table, since general unit libraries read kt as knots."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, the base unit of its dimension, and how many of those one of it is."""

    code: str
    base: str
    factor: Decimal
    definition: str

    @property
    def is_money(self) -> bool:
        return self.base in CURRENCIES


CURRENCIES = {
    "USD": "United States dollar",
    "EUR": "euro",
    "HKD": "Hong Kong dollar",
    "AUD": "Australian dollar",
    "KZT": "Kazakhstani tenge",
    "CNY": "Chinese yuan renminbi",
    "GBP": "pound sterling",
    "JPY": "Japanese yen",
    "CAD": "Canadian dollar",
}
"""Each currency is a dimension of its own: money is never converted."""

_MULTIPLES = {"": (1, ""), "k": (10**3, "thousand "), "M": (10**6, "million "), "G": (10**9, "billion ")}


def _mass_and_volume() -> list[Unit]:
    stocks = [
        Unit("g", "t", Decimal("0.000001"), "gram"),
        Unit("kg", "t", Decimal("0.001"), "kilogram"),
        Unit("t", "t", Decimal(1), "metric ton, 1,000 kilograms"),
        Unit("kt", "t", Decimal(1000), "thousand metric tons"),
        Unit("Mt", "t", Decimal(1_000_000), "million metric tons"),
        Unit("Gt", "t", Decimal(1_000_000_000), "billion metric tons"),
        Unit("m3", "m3", Decimal(1), "cubic metre"),
        Unit("Mm3", "m3", Decimal(1_000_000), "million cubic metres"),
        Unit("L", "m3", Decimal("0.001"), "litre"),
        Unit("ML", "m3", Decimal(1000), "million litres"),
    ]
    flows = [Unit(f"{u.code}/a", f"{u.base}/a", u.factor, f"{u.definition}, a year") for u in stocks]
    return stocks + flows


def _money() -> list[Unit]:
    amounts = [
        Unit(f"{prefix}{code}", code, Decimal(factor), f"{words}{name}")
        for code, name in CURRENCIES.items()
        for prefix, (factor, words) in (_MULTIPLES | {"T": (10**12, "trillion ")}).items()
    ]
    prices = [Unit(f"{c}/share", f"{c}/share", Decimal(1), f"{name} per share") for c, name in CURRENCIES.items()]
    per_mass = [Unit(f"{c}/t", f"{c}/t", Decimal(1), f"{name} per metric ton") for c, name in CURRENCIES.items()]
    return amounts + prices + per_mass


UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in [
        *_mass_and_volume(),
        *_money(),
        Unit("percent", "percent", Decimal(1), "per cent, one part in a hundred"),
        Unit("ppm", "g/t", Decimal(1), "parts per million by weight, the same as grams per metric ton"),
        Unit("g/t", "g/t", Decimal(1), "gram per metric ton"),
        Unit("persons", "persons", Decimal(1), "number of people"),
        Unit("count", "count", Decimal(1), "number of things"),
        Unit("m", "m", Decimal(1), "metre"),
        Unit("km", "m", Decimal(1000), "kilometre"),
        Unit("MW", "MW", Decimal(1), "megawatt"),
        Unit("GW", "MW", Decimal(1000), "gigawatt"),
    ]
}


def to_base(value: Decimal, code: str) -> Decimal:
    """The same amount in the base unit, exactly."""
    return value * UNITS[code].factor


def factor_between(code: str, other: str) -> Decimal:
    """How many of another unit one of a unit is: a power of ten, as all factors are, so that no digit is gained or lost.

    Raises ValueError where they measure different things.
    """
    unit, wanted = UNITS[code], UNITS[other]
    if unit.base != wanted.base:
        raise ValueError(f"{code} can't be converted to {other}.")
    return unit.factor / wanted.factor


def units_of(base: str) -> list[str]:
    """The codes of the units of one dimension, named by its base unit."""
    return [unit.code for unit in UNITS.values() if unit.base == base]

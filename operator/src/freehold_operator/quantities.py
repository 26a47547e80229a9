"""Kubernetes quantities as numbers: `500m`, `2Gi`, `1e3`. Pure."""

import re
from decimal import ROUND_FLOOR, Decimal

SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
QUANTITY = re.compile(r"^([+-]?[0-9.]+)(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]+))?$")


def quantity(text: object) -> Decimal | None:
    """The number a quantity stands for; None when the text is none."""
    match = QUANTITY.match(str(text))
    if not match or match[1].count(".") > 1 or not match[1].strip("+-."):
        return None
    return Decimal(match[1]) * (Decimal(10) ** int(match[3]) if match[3] else SUFFIXES[match[2] or ""])


def times(text: object, count: int) -> str:
    """`times("500m", 2)` is `"1000m"`: the same unit, so that people recognise what they wrote."""
    match = QUANTITY.match(str(text))
    if count == 1 or not match:
        return str(text)
    unit = match[2] or (f"e{match[3]}" if match[3] else "")
    return f"{(Decimal(match[1]) * count).normalize():f}{unit}"


def whole(text: object) -> int:
    """A quantity rounded down to a whole number, 0 when it is none: CPUs to threads."""
    number = quantity(text)
    return int(number.to_integral_value(ROUND_FLOOR)) if number is not None else 0

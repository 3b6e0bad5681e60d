"""Student's t for whole degrees of freedom, from its closed form (Abramowitz and Stegun 26.7.3 and 26.7.4)."""

import math


def two_sided(t: float, df: int) -> float:
    """Return the chance that ``|T|`` exceeds ``|t|`` with ``df`` degrees of freedom.

    >>> round(two_sided(2.262157, 9), 6), round(two_sided(12.7062, 1), 6)
    (0.05, 0.05)
    """
    angle = math.atan(abs(t) / math.sqrt(df))
    cosine, sine = math.cos(angle), math.sin(angle)
    if df == 1:
        return 1 - 2 * angle / math.pi
    term = total = cosine if df % 2 else 1.0
    for step in range(3 if df % 2 else 2, df - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    inside = 2 / math.pi * (angle + sine * total) if df % 2 else sine * total
    return max(0.0, 1 - inside)


def quantile(share: float, df: int) -> float:
    """Return the ``t`` below which that share (0.5 to 1) of the distribution lies.

    >>> round(quantile(0.975, 7), 4), round(quantile(0.8, 7), 4)
    (2.3646, 0.896)
    """
    low, high = 0.0, 1.0
    while two_sided(high, df) / 2 > 1 - share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, df) / 2 > 1 - share else (low, middle)
    return (low + high) / 2

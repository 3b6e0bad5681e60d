import tomllib

import pytest

from deepday.config.lines import Location, line_of

TEXT = '''\
# title = "no"
title = "a # b"          # line 2
text = """
[me]
title = 3
"""                      # still line 3
raw = \'\'\'
[me] \'\'\'
a . "b.c" . 'd' = 1

[ me ]
zone = "x"
list = [
  1, 2,                  # [3]
  # 4
  { x = [ 5, 6 ] },
  "]",
]
inline = { x = 1, y = 2 }

[deep.er."and er"]
key = 1

[[trips]]
first = 1
[[trips]]
first = 2
[trips.hotel]
name = "]["
[[trips.days]]
[[trips.days]]
sun = true
[end]'''


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("title",), 2),
        (("text",), 3),
        (("raw",), 7),
        (("a",), 9),
        (("a", "b.c", "d"), 9),
        (("me",), 11),
        (("me", "zone"), 12),
        (("me", "list"), 13),
        (("me", "list", 0), 14),
        (("me", "list", 1), 14),
        (("me", "list", 2), 16),
        (("me", "list", 2, "x"), 16),
        (("me", "list", 3), 17),
        (("me", "inline", "y"), 19),
        (("deep", "er"), 21),
        (("deep", "er", "and er", "key"), 22),
        (("trips",), 24),
        (("trips", 0), 24),
        (("trips", 0, "first"), 25),
        (("trips", 1), 26),
        (("trips", 1, "first"), 27),
        (("trips", 1, "last"), 26),
        (("trips", 1, "hotel", "name"), 29),
        (("trips", 1, "days", 0), 30),
        (("trips", 1, "days", 1, "sun"), 32),
        (("end", "nothing"), 33),
        (("nothing",), 1),
        ((), 1),
    ],
)
def test_the_line_of_a_setting_is_found(location: Location, line: int) -> None:
    tomllib.loads(TEXT)
    assert line_of(TEXT, location) == line
    assert line_of(TEXT.replace("\n", "\r\n"), location) == line

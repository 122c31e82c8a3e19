"""The authors of an article are names, and nothing that fields and bylines have beside them."""

from __future__ import annotations

import pytest

from ingest.extract.credits import choose_authors, names_in_byline

INA, UDO = "Ina Beispiel", "Udo van der Muster"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (INA, [INA]),
        (f"Von {INA}", [INA]),
        (f"By {INA} and {UDO}", [INA, UDO]),
        (f"{INA}, {UDO}", [INA, UDO]),
        (f"{INA} / {UDO}", [INA, UDO]),
        (f"{INA} | {UDO}", [INA, UDO]),
        (f"{INA} (Text) und {UDO} (Fotos)", [INA, UDO]),
        (f"{INA} (ina@auberg.example)", [INA]),
        (f"{INA} ina@auberg.example", [INA]),
        (f"{INA}, Redakteurin", [INA]),
        (f"{INA}, Auberg", [INA]),
        (f"{INA}, in Auberg", [INA]),
        (f"{INA}, Auberg Staff Writer", [INA]),
        (f"{INA}, dpa", [INA, "dpa"]),
        (f"{INA}Twitter", [INA]),
        ("dpa", ["dpa"]),
        ("Redaktion", []),
        ("admin", []),
        ("https://www.facebook.com/ina.beispiel", []),
        ("https://auberg.example/ina Ina Beispiel", [INA]),
        ("", []),
        ("<b>", []),
    ],
)
def test_a_field_of_authors_gives_their_names(value: str, names: list[str]) -> None:
    assert choose_authors([value], [], "", "") == tuple(names)


def test_a_name_and_its_slug_are_one_author() -> None:
    assert choose_authors([INA, "ina-beispiel"], [], "", "") == (INA,)


def test_meta_elements_count_where_json_ld_names_nobody_but_the_outlet() -> None:
    assert choose_authors(["Auberger Bote"], [INA], "Auberger Bote", "") == (INA,)
    assert choose_authors([UDO], [INA], "", "") == (UDO,)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"Von {INA}", [INA]),
        (f"Von {INA}, 28.11.2026, 14:05 Uhr", [INA]),
        (f"Von {INA} und {UDO}", [INA, UDO]),
        (f"Von {INA}, Auberg", [INA]),
        (f"By {INA}, in Auberg", [INA]),
        (f"By {INA}, in News, Auberg, Harbour", [INA]),
        (f"By {INA} on Monday, November 18th, 2026 at 11:04", [INA]),
        (f"Von {INA}, Samstag, 28. November 2026", [INA]),
        ("By The Associated Press", ["The Associated Press"]),
        ("von hier sind es zwei Kilometer", []),
    ],
)
def test_a_byline_gives_the_names_of_authors(line: str, names: list[str]) -> None:
    assert names_in_byline([line]) == names

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

from mainstay.audit.checks import CHECKS
from mainstay.audit.engine import needs, parameters
from mainstay.audit.facts import PROVIDERS, Online
from mainstay.audit.facts.files import Root
from mainstay.audit.model import Check, Severity
from mainstay.audit.registry import check, gather
from mainstay.audit.waivers import WaiverUse
from mainstay.platform.clock import Clock
from mainstay.report.check_pages import checks_markdown

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("item", CHECKS, ids=lambda item: item.id)
def test_every_check_has_a_page_that_says_how_to_fix_it(item: Check) -> None:
    """The docstring is the documentation: why it matters, and a paragraph that begins with Fix."""
    page = item.page

    assert page.partition("\n")[0].endswith((".", "?"))
    assert "\nFix: " in page


def test_every_section_of_the_sop_has_a_check() -> None:
    """The SOP has ten sections, and its outputs."""
    assert {item.sop for item in CHECKS} == {*map(str, range(1, 11)), "outputs"}


def test_ids_are_unique_and_in_order() -> None:
    """An id names one check for ever."""
    ids = [item.id for item in CHECKS]

    assert ids == sorted(set(ids))


def test_two_checks_with_one_id_are_refused() -> None:
    """The mistake is found when the checks are gathered, not in a report."""
    one, other = ModuleType("one"), ModuleType("other")
    one.first = check("AA101", "x", Severity.LOW, sop="1")(list)  # type: ignore[attr-defined]
    other.second = check("AA101", "y", Severity.LOW, sop="1")(list)  # type: ignore[attr-defined]

    with pytest.raises(ValueError, match="two checks are called AA101"):
        gather([one, other])


def test_every_fact_that_is_asked_for_can_be_provided() -> None:
    """A check with an unknown parameter would be an error in every repository."""
    provided = {Root, Clock, Online, WaiverUse} | {
        get_type_hints(provider)["return"] for provider in PROVIDERS
    }
    asked = {kind for item in CHECKS for kind in parameters(item.run).values()}
    asked |= {kind for provider in PROVIDERS for kind in parameters(provider).values()}

    assert asked <= provided


def test_every_fact_is_needed_by_a_check() -> None:
    """A fact that nobody judges is not read, and not kept."""
    needed = {kind for item in CHECKS for kind in needs(item.run, PROVIDERS)}

    assert {get_type_hints(provider)["return"] for provider in PROVIDERS} <= needed


def test_the_page_of_all_checks_is_current() -> None:
    """docs/checks.md is what `mainstay audit list --format markdown` prints."""
    assert (REPOSITORY / "docs/checks.md").read_text(encoding="utf-8") == checks_markdown(CHECKS)

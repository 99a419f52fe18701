"""The HTML report in a real browser: on a phone and on a desk, light and dark, for eyes, fingers and screen readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from helpers.browser import Browser, axe_script, chromium
from mainstay.audit.checks import CHECKS
from mainstay.audit.model import Finding, Location, Outcome, Report, Result, Severity, Waived
from mainstay.report.html import html
from mainstay.report.html.trend import TrendPoint

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = (
    "</style></p><script>document.title='owned'</script><img src=x onerror=document.title='owned'> \u202egnp"
)
LONG = "a-name-without-an-end-" * 20


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """Chromium."""
    return chromium(tmp_path)


@cache
def page() -> str:
    """A report with everything that a report can have, and with texts of the worst kind."""
    first, *others = CHECKS
    hostile = Finding(
        message=HOSTILE,
        at=Location(LONG, 4),
        key=HOSTILE,
        fix=f"run `{LONG}`",
        evidence={HOSTILE: LONG},
        note=HOSTILE,
    )
    waived = Waived(hostile, HOSTILE, date(2027, 1, 31), "@bo")
    results = [
        Result(first, Outcome.FAIL, "", (hostile,) * 3),
        Result(others[0], Outcome.UNKNOWN, HOSTILE),
        Result(others[1], Outcome.WAIVED, waived=(waived,)),
        Result(others[2], Outcome.NOT_APPLICABLE, HOSTILE),
        Result(others[3], Outcome.UNKNOWN, HOSTILE, not_asked=True),
        *(Result(check, Outcome.FAIL, "", (replace(hostile, key="x"),)) for check in others[4:24]),
        *(Result(check, Outcome.PASS) for check in others[24:]),
    ]
    report = Report(tuple(results), Severity.HIGH, NOW, "0.1.0", gone=(HOSTILE,))
    history = [TrendPoint(NOW - timedelta(days=7 * n), 40 - n, 47, n) for n in range(1, 12)]
    return html(report, history)


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(browser: Browser, width: int, scheme: str) -> None:
    """axe-core finds nothing to object to, colours included; nothing has to be scrolled sideways."""
    script = """
    document.querySelectorAll('details').forEach(each => each.open = true);
    const view = {
      width: innerWidth,
      sideways: document.documentElement.scrollWidth - innerWidth,
      dark: matchMedia('(prefers-color-scheme: dark)').matches,
      page: getComputedStyle(document.body).backgroundColor,
    };
    axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(found => answer({
      ...view,
      rules: found.passes.length,
      violations: found.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.target)),
      unsure: found.incomplete.map(v => v.id),
    }));
    """

    seen = browser.ask(page(), f"{axe_script()};{script}", width=width, dark=scheme == "dark")

    assert (seen["width"], seen["dark"]) == (width, scheme == "dark")
    assert seen["page"] == {"dark": "rgb(13, 17, 23)", "light": "rgb(255, 255, 255)"}[scheme]
    assert seen["violations"] == []
    assert seen["unsure"] == []
    assert seen["rules"] > 20
    assert seen["sideways"] <= 0


def test_its_policy_lets_nothing_in(browser: Browser, tmp_path: Path) -> None:
    """A script that somebody got into the page does not run, and a picture is not fetched."""
    injected = tmp_path / "injected.html"
    injected.write_text(page().replace("</body>", "<script>document.title = 'owned'</script></body>"))

    assert "<title>SOP-603 audit: failed</title>" in browser.dom(injected)


def test_hostile_text_stays_text(browser: Browser) -> None:
    """No element, no attribute and no direction comes out of what a repository wrote."""
    script = """
    const attributes = [...document.querySelectorAll('*')].flatMap(each => [...each.attributes].map(a => a.name));
    answer({
      title: document.title,
      scripts: document.querySelectorAll('script').length,
      loading: document.querySelectorAll('img, link, iframe, object, embed, video, audio, base, form').length,
      handlers: attributes.filter(name => name.startsWith('on') || name === 'style'),
      quoted: document.body.innerText.includes("<img src=x onerror=document.title='owned'> \\\\u202egnp"),
      away: [...document.querySelectorAll('a')].filter(a => !a.getAttribute('href').startsWith('#')).length,
    });
    """

    seen = browser.ask(page(), script)

    ours = 2  # the script that asks, and the one that it answers with
    assert seen == {
        "title": "SOP-603 audit: failed",
        "scripts": ours,
        "loading": 0,
        "handlers": [],
        "quoted": True,
        "away": 0,
    }


def test_a_keyboard_reaches_everything(browser: Browser) -> None:
    """The first stop skips to the findings; what opens is reached in the order of the page; every link has an end."""
    script = """
    const stops = [...document.querySelectorAll('a[href], summary')];
    const links = stops.filter(each => each.matches('a'));
    stops[0].focus();
    answer({
      first: stops[0].textContent,
      visible: stops[0].getBoundingClientRect().left >= 0,
      focusable: stops.every(each => each.tabIndex === 0),
      open: links.filter(each => !document.getElementById(each.hash.slice(1))).length,
      headings: [...document.querySelectorAll('h1, h2, h3, h4')].map(each => +each.tagName[1]),
    });
    """

    seen = browser.ask(page(), script)

    assert seen["first"] == "Skip to the findings"
    assert (seen["visible"], seen["focusable"], seen["open"]) == (True, True, 0)
    deeper = [after - before for before, after in zip(seen["headings"], seen["headings"][1:], strict=False)]
    assert max(deeper) == 1

"""The HTML report without a browser: what is on it. tests/browser holds how it looks and behaves."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.audit.checks import CHECKS
from mainstay.audit.model import Finding, Location, Outcome, Report, Result, Severity
from mainstay.evidence import Event, append_to, parse_ledger
from mainstay.report.figures import figures
from mainstay.report.html import html
from mainstay.report.html.trend import TrendPoint, history_of, point_of, trend

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIRST, *OTHERS = CHECKS
CLEAN = Report(tuple(Result(check, Outcome.PASS) for check in CHECKS), Severity.HIGH, NOW, "0.1.0")


def finding(text: str) -> Finding:
    return Finding(message=text, at=Location(text), key=text, fix=text, evidence={text: text}, note=text)


def failed(*findings: Finding) -> Report:
    return replace(CLEAN, results=(Result(FIRST, Outcome.FAIL, "", findings), *CLEAN.results[1:]))


def audited(days_ago: int, **facts: int | str) -> Event:
    told = {"passed": 40, "judged": 50, "findings": 3, **facts}
    at = NOW - timedelta(days=days_ago)
    return Event(kind="audit", subject="SOP-603", passed=True, at=at, facts=told)


def test_every_section_has_its_score() -> None:
    """Of the checks that had something to judge; what is red leads to its findings."""
    report = failed(finding("m"))
    rows = re.findall(
        r'<th scope="row">(?:<a href="([^"]*)">)?([^<]*)(?:</a>)?</th>\n<td class="number">([^<]*)<',
        html(report),
    )

    backups = sum(check.sop == FIRST.sop for check in CHECKS)
    assert len(rows) == 11
    assert (f"#section-{FIRST.sop}", "4 Database backups", f"{backups - 1} of {backups}") in rows
    assert ("", "1 Maintenance schedule") in [row[:2] for row in rows]


def test_nothing_red_is_said_to_be_so() -> None:
    """An empty page would leave the question open."""
    page = html(CLEAN)

    assert "There are no findings." in page
    assert '<p class="verdict good">passed: 0 findings' in page


def test_the_policy_names_the_style_by_its_hash() -> None:
    """No other style, and nothing else at all."""
    page = html(CLEAN)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)

    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "<script" not in page


def test_ticks_are_code_and_a_lonely_one_is_itself() -> None:
    """As in Markdown, where the texts come from."""
    page = html(failed(finding("run `a<b>` and `c`"), finding("a ` b")))

    assert "run <code>a&lt;b&gt;</code> and <code>c</code>" in page
    assert "a ` b" in page


class Elements(HTMLParser):
    """Counts the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element and the names of its attributes."""
        self.seen.append((tag, tuple(name for name, _ in attrs)))


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("<>&\"'`/=!-[]{}%ab \n\t\x00\x1b\u202e\udcff"), min_size=1, max_size=40))
def test_no_text_makes_an_element(text: str) -> None:
    """Whatever a repository holds, the page is made of the same elements, and can be written as UTF-8."""
    page = html(failed(finding(text)))

    plain = [each for each in Elements(html(failed(finding("x")))).seen if each[0] != "code"]
    assert [each for each in Elements(page).seen if each[0] != "code"] == plain
    page.encode()


def test_the_trend_is_read_from_the_ledger() -> None:
    """Lines with figures, of audits, of a whole chain; today's audit is the last point."""
    other = Event(
        kind="backup", subject="app", passed=True, at=NOW, facts={"passed": 1, "judged": 1, "findings": 0}
    )
    odd = [audited(5, passed="40"), audited(4, passed=60), audited(3, judged=-1), audited(2, findings=True)]
    lines = append_to("", [audited(14), audited(7, passed=45, findings=1), other, *odd])
    text = "".join(f"{line}\n" for line in lines)

    assert [(p.passed, p.findings) for p in history_of(parse_ledger(text))] == [(45, 1), (40, 3)]
    assert list(history_of(parse_ledger(text.replace('"passed":40', '"passed":49', 1)))) == []
    assert point_of(CLEAN) == TrendPoint(NOW, len(CHECKS), len(CHECKS), 0)


def test_the_plot_has_a_point_per_audit_in_order_of_time() -> None:
    """Full height is all checks passed; two audits make a line, one does not."""
    points = [TrendPoint(NOW - timedelta(days=n), 10 * n, 20, 0) for n in (0, 2, 1)]

    drawn = trend(points)

    assert 'class="line" points="0,0 500,50 1000,100"' in drawn.svg
    assert trend(points[:1]).svg == trend([]).svg == ""
    assert "The trend begins with the first audit" in html(CLEAN)
    assert "0 % of the checks that were judged passed on 2026-11-22 09:00, 100 %" in html(
        CLEAN, [TrendPoint(NOW - timedelta(days=1), 0, 0, 0)]
    )


def test_the_figures_count_what_was_not_asked_apart() -> None:
    """A share of the checks that were judged says nothing about the others."""
    unasked = Result(FIRST, Outcome.UNKNOWN, "offline", not_asked=True)
    idle = Result(OTHERS[0], Outcome.NOT_APPLICABLE, "x")
    told = figures(replace(CLEAN, results=(unasked, idle, *CLEAN.results[2:])))

    assert told["passed"] == told["judged"] == len(CHECKS) - 2
    assert (told["not_asked"], told["incomplete"], told["findings"]) == (1, 0, 0)

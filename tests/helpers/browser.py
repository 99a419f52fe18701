"""A real browser for tests: Debian's Chromium, without a window, asked by a script that is put into a page.

`script/test-servers axe` brings the rules of accessibility.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from helpers.required import missing
from mainstay.platform.process import run

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root in containers, where Chromium refuses to start with it
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--virtual-time-budget=10000",
    "--window-size=1300,900",
)
_DARK = "--blink-settings=preferredColorScheme=0"


@dataclass(frozen=True)
class Browser:
    """A browser that shows one page at a time, and forgets it."""

    program: str
    folder: Path

    def dom(self, page: Path, *, dark: bool = False) -> str:
        """Return what the page has become once its scripts have run."""
        flags = [*_FLAGS, f"--user-data-dir={self.folder / 'profile'}", *([_DARK] if dark else [])]
        return run([self.program, *flags, "--dump-dom", page.as_uri()], timeout_seconds=120).stdout

    def ask(self, html: str, script: str, *, width: int = 1200, dark: bool = False) -> Any:
        """Return the value that a script gets from a page in a frame of a width; it ends in `answer(value)`.

        The policy of the page has to let the script in; its other rules stay as they are. A window of Chromium is at
        least 500 pixels wide, a frame is as narrow as a phone.
        """
        let_in, count = re.subn(r"(default-src 'none';)", r"\1 script-src 'unsafe-inline';", html, count=1)
        assert count == 1, "the page has no policy"
        scripts = f"<script>{_ANSWER}</script><script>{script}</script></body>"
        (self.folder / "page.html").write_text(let_in.replace("</body>", scripts), encoding="utf-8")
        frame = self.folder / "frame.html"
        frame.write_text(_FRAME.replace("WIDTH", str(width)), encoding="utf-8")
        found = re.search(r'<pre id="answer">(.*?)</pre>', self.dom(frame, dark=dark), re.DOTALL)
        assert found, "the script gave no answer"
        return json.loads(unescape(found[1]))


_ANSWER = "function answer(value) { parent.postMessage(JSON.stringify(value), '*'); }"
_FRAME = """<!DOCTYPE html>
<meta name="color-scheme" content="light dark">
<script>
addEventListener('message', told => {
  const place = document.createElement('pre');
  place.id = 'answer';
  place.textContent = told.data;
  document.body.append(place);
});
</script>
<body><iframe src="page.html" width="WIDTH" height="800" style="border: 0"></iframe></body>
"""


def chromium(folder: Path) -> Browser:
    """Return the browser of this machine; skip the test, or fail it where it is required."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return Browser(
        program or missing("chromium", "chromium is not on PATH: apt-get install chromium"), folder
    )


def axe_script() -> str:
    """Return axe-core; skip the test, or fail it where it is required."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("MAINSTAY_TEST_SERVERS") or home / "mainstay-test-servers")
    found = sorted(cache.glob("axe-*/node_modules/axe-core/axe.min.js")) if cache.is_dir() else []
    place = (
        found[-1] if found else missing("chromium", f"axe-core is not in {cache}: script/test-servers axe")
    )
    return place.read_text(encoding="utf-8")

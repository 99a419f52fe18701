"""Where the demo takes the template from: this checkout's git, or what this package was installed from."""

from __future__ import annotations

import shutil
from pathlib import Path

from mainstay.demo.application import commit_all, new_repository
from mainstay.scaffold import TemplateSource, find_source

_CHECKOUT = Path(__file__).resolve().parents[3]


def template_source(folder: Path) -> TemplateSource:
    """Return the template that belongs to this package; a copy of the checkout without git gets one below `folder`.

    Raises:
        ScaffoldError: There is no checkout, and where the package was installed from is not known.
    """
    if (_CHECKOUT / ".git").exists() or not (_CHECKOUT / "copier.yml").is_file():
        return find_source(folder)
    root = folder / "template"
    root.mkdir()
    shutil.copy(_CHECKOUT / "copier.yml", root)
    shutil.copytree(_CHECKOUT / "template", root / "template")
    commit_all(new_repository(root), "Copy the template")
    return TemplateSource(str(root), "HEAD")

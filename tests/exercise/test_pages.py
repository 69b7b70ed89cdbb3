"""The pages in a real browser: from disk, without network, wide and narrow, light and dark, by axe's rules.

One start of Chromium looks at all of them: a page of ours holds each in a frame, runs axe in it, and writes
down what it finds. Without Chromium or axe the test is skipped, and says so.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.session.driver import Session
from tests.exercise.runs import changed

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = (1280, 400)
SEEN = (("", 1280), ("-axe", 1280), ("-axe", 400), ("-dark", 1280))
"""The page as it is, with axe in it, and with axe and dark colours; and how wide."""
DARK = "(prefers-color-scheme: dark)"
"""The condition of the dark colours: a headless browser has no way to ask for them that all versions know."""
LOOK = """
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>harness</title></head><body>%s
<pre id="found"></pre><script>
addEventListener('load', async () => {
  const found = [];
  for (const frame of document.querySelectorAll('iframe')) {
    const inside = frame.contentWindow, root = frame.contentDocument.documentElement;
    const told = {page: frame.title, width: root.clientWidth, scrolls: root.scrollWidth,
                  loaded: inside.performance.getEntriesByType('resource').length, broken: []};
    if (inside.axe) {
      const result = await inside.axe.run(inside.document, {resultTypes: ['violations']});
      told.broken = result.violations.map(one =>
        one.id + ': ' + one.nodes.slice(0, 3).map(node => node.html).join(' | '));
      told.passes = result.passes.length;
    }
    found.push(told);
  }
  document.getElementById('found').textContent = JSON.stringify(found);
});
</script></body></html>
"""


def axe() -> str:
    """Return the source of axe; skip where it is not installed."""
    spec = find_spec("axe_core_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("axe-core-python is not installed: accessibility is not checked")
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def opened(folder: Path, pages: dict[str, str]) -> tuple[list[dict[str, Any]], str]:
    """Open pages in frames, as they are and with axe in them; return what was found, and the console."""
    assert BROWSER is not None
    script = axe().replace("</script", "<\\/script")
    frames = []
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        # With its own policy the page would refuse our script.
        bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        bare = bare.replace("</head>", f"<script>{script}</script></head>", 1)
        assert DARK in bare
        (folder / f"{name}-axe.html").write_text(bare, encoding="utf-8")
        (folder / f"{name}-dark.html").write_text(bare.replace(DARK, "all"), encoding="utf-8")
        for kind, width in SEEN:
            frame = f'<iframe title="{name}{kind}" src="{name}{kind}.html" width="{width}" height="900">'
            frames.append(f"{frame}</iframe>")
    harness = folder / "harness.html"
    harness.write_text(LOOK % "".join(frames), encoding="utf-8")
    ran = subprocess.run(
        [
            BROWSER,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *("--allow-file-access-from-files", "--hide-scrollbars", "--window-size=1400,1000"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=60000"),
            f"--user-data-dir={folder / 'profile'}",
            *("--dump-dom", harness.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    told = re.search(r'<pre id="found">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert told is not None, ran.stderr[-2000:]
    return json.loads(unescape(told.group(1))), ran.stderr


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium: the pages are not opened")
def test_the_pages_open_from_disk_fit_their_width_and_break_no_rule_of_axe(tmp_path: Path):
    axe()
    run = tmp_path / "run.jsonl"
    session = Session(changed(end="2019-12-16T12:00"), player="<Ida> & " + "x" * 60)
    session.record_to(run)
    session.advance(session.resolved.end)
    session.finish({"score": 99})
    made = {"debrief": tmp_path / "d.html", "class": tmp_path / "c.html"}
    assert main(["debrief", str(run), "-o", str(made["debrief"])]) == 0
    assert main(["compare", str(run), "-o", str(made["class"])]) == 0
    pages = {name: path.read_text(encoding="utf-8") for name, path in made.items()}
    found, console = opened(tmp_path, pages)
    assert len(found) == len(SEEN) * len(pages)
    for one in found:
        assert one["width"] in WIDTHS, one
        assert one["scrolls"] <= one["width"], f"{one['page']} is wider than {one['width']} pixels"
        assert one["loaded"] == 0, one
        assert one["broken"] == [], one
    assert sum(one.get("passes", 0) > 10 for one in found) == len(pages) * (len(SEEN) - 1)
    assert "CONSOLE" not in console, console[-2000:]

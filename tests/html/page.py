#!/usr/bin/env python3
"""Looks at the HTML report in headless Chromium, as a reader would: nothing on the console, the failing step in sight
without scrolling, nothing wider than a phone, text that contrasts with its ground in light and in dark.

Needs Debian's chromium and chromium-driver. Nothing is fetched: the page is a file.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

SCENARIOS = pathlib.Path(__file__).resolve().parents[2] / "scenarios"
DESKTOP, PHONE = (1280, 800), (390, 844)

# What is measured in the page. Ratios are those of WCAG 2.2, "contrast (minimum)".
MEASURE = """
const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const ground = e => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
const ratio = e => {
  const style = getComputedStyle(e);
  const ink = light(rgb(e instanceof SVGElement ? style.fill : style.color));
  const back = light(e instanceof SVGElement ? ground(e.closest('section')) : ground(e));
  return (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
};
const shown = [...document.querySelectorAll('p, li, h2, h3, h4, code, summary span, .arrow text, dt, dd')]
  .filter(e => e.textContent.trim() && e.getClientRects().length);
const faint = shown.map(e => [ratio(e), e.textContent.trim().slice(0, 40)]).filter(([r]) => r < 4.5);
const box = e => { const r = e.getBoundingClientRect(); return {top: r.top, bottom: r.bottom, height: r.height}; };
const broke = document.querySelector('.broke');
const arrow = document.querySelector('.arrow.bad');
return {
  title: document.title,
  broke: broke && box(broke),
  arrow: arrow && box(arrow),
  cause: document.querySelector('.cause h3')?.textContent.trim(),
  width: document.documentElement.scrollWidth,
  faint,
  reachable: [...document.querySelectorAll('summary, .scroll, pre')].every(e => e.tabIndex >= 0),
  dark: matchMedia('(prefers-color-scheme: dark)').matches,
  outside: performance.getEntriesByType('resource').map(e => e.name),
};
"""


class Browser:
    """A session of Chromium, by way of the WebDriver protocol."""

    def __init__(self, profile):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.base = f"http://127.0.0.1:{self.port()}"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        flags += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}"]
        options = {"args": flags, "binary": shutil.which("chromium")}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{answer['sessionId']}"

    def port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].strip(" .\n"))
        raise RuntimeError("chromedriver did not start")

    def call(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def chrome(self, command, **params):
        return self.call("POST", f"{self.session}/goog/cdp/execute", {"cmd": command, "params": params})

    def look(self, page, size, dark):
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.chrome("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.chrome("Emulation.setEmulatedMedia", features=[scheme])
        self.call("POST", f"{self.session}/url", {"url": page.as_uri()})
        seen = self.call("POST", f"{self.session}/execute/sync", {"script": MEASURE, "args": []})
        seen["console"] = self.call("POST", f"{self.session}/se/log", {"type": "browser"})
        return seen

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()


def complaints(seen, size, dark, failed):
    """What a reader would have to complain of."""
    width, height = size
    if seen["console"]:
        yield f"console: {seen['console']}"
    if seen["outside"]:
        yield f"loads {seen['outside']}"
    if seen["dark"] != dark:
        yield "the colour scheme was not emulated"
    if failed and not (seen["broke"] and seen["broke"]["height"] > 0 and seen["broke"]["bottom"] <= height):
        yield f"the failing step is not in sight: {seen['broke']}"
    if failed and not seen["cause"]:
        yield "no cause"
    if failed and not seen["arrow"]:
        yield "no arrow is red"
    if seen["width"] > width:
        yield f"{seen['width']} pixels wide"
    if not seen["reachable"]:
        yield "something that opens or scrolls cannot be reached by keyboard"
    for ratio, text in seen["faint"]:
        yield f"contrast {ratio:.1f} of {text!r}"


def page(pullsim, scenario, folder):
    """The page of a scenario, and whether its pull fails."""
    image = next(l.split(":", 1)[1].strip() for l in scenario.read_text().splitlines() if l.startswith("image:"))
    run = subprocess.run(
        [pullsim, "check", image, "--in", scenario, "--what-if", "-o", "html"], capture_output=True, text=True, check=False
    )
    if run.returncode > 1:
        raise RuntimeError(f"{scenario}: {run.stderr}")
    path = folder / f"{scenario.stem}.html"
    path.write_text(run.stdout)
    return path, run.returncode == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pullsim", required=True, help="the programme")
    parser.add_argument("scenario", nargs="*", type=pathlib.Path, help="default: a few of each kind")
    arguments = parser.parse_args()
    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        sys.exit("chromium and chromium-driver are not installed")
    few = ["success/private-multi-arch", "credentials/secret-key-does-not-match", "manifest/tag-missing"]
    scenarios = arguments.scenario or [SCENARIOS / f"{name}.yaml" for name in few]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        browser = Browser(folder / "profile")
        try:
            for scenario in scenarios:
                path, failed = page(os.path.abspath(arguments.pullsim), scenario, folder)
                for size in (DESKTOP, PHONE):
                    for dark in (False, True):
                        seen = browser.look(path, size, dark)
                        for complaint in complaints(seen, size, dark, failed):
                            bad += 1
                            print(f"{scenario.stem} {size[0]}x{size[1]} {'dark' if dark else 'light'}: {complaint}")
        finally:
            browser.close()
    print(f"{len(scenarios)} pages, each in 4 ways: {bad} complaints")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

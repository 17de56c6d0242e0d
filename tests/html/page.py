#!/usr/bin/env python3
"""Looks at the HTML report in headless Chromium, as a reader would: nothing on the console, the failing step in sight
without scrolling, nothing wider than a phone, text that contrasts with its ground in light and in dark, and all that
opens reached by the Tab key and opened by Enter.

With --shots DIR each page is kept as a picture, to be looked at. Needs Debian's chromium and chromium-driver. Nothing is fetched: the page is a file.
"""

import argparse
import base64
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

# A page of each kind: the arguments of pullsim, with {} for the directory of scenarios.
PAGES = {
    "pulled": "check --in {}/success/private-multi-arch.yaml",
    "several-architectures-get": "check --in {}/success/private-multi-arch.yaml --layers get",
    "secret": "check --in {}/credentials/secret-key-does-not-match.yaml --what-if",
    "tag": "check --in {}/manifest/tag-missing.yaml --what-if",
    "certificate": "check --in {}/tls/expired.yaml --what-if",
    "proxy": "check --in {}/proxy/forbids.yaml --what-if",
    "name": "check --in {}/dns/no-such-host.yaml --what-if",
    "no-answer": "check --in {}/connect/no-answer.yaml",
    "token": "check --in {}/auth/service-misnamed.yaml --what-if",
    "blob": "check --in {}/blob/truncated.yaml",
    "back-off": "check --in {}/manifest/tag-missing.yaml --for 10m",
    "whole-day": "check --in {}/manifest/tag-missing.yaml --for 24h",
    "pods": "check --in {}/kubelet/whole-namespace.yaml",
    "image-name": "check nginx:UPPER:x --in {}/manifest/tag-missing.yaml",
    "run": "run {}/tls -v",
    "run-what-if": "run {}/proxy -v --what-if",
}

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
// Of several pulls, the list at the top tells where each broke.
const broke = document.querySelector('.where, .broke');
const arrow = document.querySelector('.arrow.bad');
return {
  title: document.title,
  broke: broke && box(broke),
  arrow: arrow && box(arrow),
  asked: !!document.querySelector('.arrow'),
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

    def opened_by_keyboard(self, page):
        """How many parts of the page can be opened, and how many Tab and Enter have opened."""
        self.call("POST", f"{self.session}/url", {"url": page.as_uri()})
        run = lambda script: self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": []})
        # Those within others that are closed come into reach when these are opened: what is shown at the start counts.
        closed = "[...document.querySelectorAll('details:not([open]) > summary')].filter(e => e.getClientRects().length)"
        total = run(f"window.waiting = new Set({closed}); return window.waiting.size")
        press = lambda key: [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        opened, wanted = 0, min(total, 12)
        for _ in range(400):
            if opened == wanted:
                break
            self.keys(press("\ue004"))
            if run("return window.waiting.delete(document.activeElement)"):
                self.keys(press("\ue007"))
                opened += run("return document.activeElement.parentElement.open ? 1 : 0")
        return wanted, opened

    def keys(self, actions):
        body = {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}
        self.call("POST", f"{self.session}/actions", body)

    def shot(self, path):
        picture = self.call("GET", f"{self.session}/screenshot")
        path.write_bytes(base64.b64decode(picture))

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
    if failed and seen["asked"] and not seen["arrow"]:
        yield "no arrow is red"
    if seen["width"] > width:
        yield f"{seen['width']} pixels wide"
    if not seen["reachable"]:
        yield "something that opens or scrolls cannot be reached by keyboard"
    for ratio, text in seen["faint"]:
        yield f"contrast {ratio:.1f} of {text!r}"


def page(pullsim, name, arguments, folder):
    """The page, and whether a pull fails in it."""
    words = [word.format(SCENARIOS) for word in arguments.split()]
    run = subprocess.run([pullsim, *words, "-o", "html"], capture_output=True, text=True, check=False)
    if run.returncode > 1:
        raise RuntimeError(f"{name}: {run.stderr}")
    path = folder / f"{name}.html"
    path.write_text(run.stdout)
    # A run of scenarios is good when pulls fail as expected.
    return path, run.returncode == 1 or words[0] == "run"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pullsim", required=True, help="the programme")
    parser.add_argument("--shots", type=pathlib.Path, help="keeps pictures of the pages in this directory")
    parser.add_argument("page", nargs="*", help=f"default: all of {', '.join(PAGES)}")
    arguments = parser.parse_args()
    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        sys.exit("chromium and chromium-driver are not installed")
    names = arguments.page or list(PAGES)
    bad = 0

    def complain(*words):
        nonlocal bad
        bad += 1
        print(*words)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        browser = Browser(folder / "profile")
        try:
            for name in names:
                path, failed = page(os.path.abspath(arguments.pullsim), name, PAGES[name], folder)
                for size in (DESKTOP, PHONE):
                    for dark in (False, True):
                        seen = browser.look(path, size, dark)
                        way = f"{size[0]}x{size[1]} {'dark' if dark else 'light'}"
                        if arguments.shots:
                            arguments.shots.mkdir(parents=True, exist_ok=True)
                            browser.shot(arguments.shots / f"{name} {way}.png".replace(" ", "-"))
                        for complaint in complaints(seen, size, dark, failed):
                            complain(f"{name} {way}: {complaint}")
                wanted, opened = browser.opened_by_keyboard(path)
                if opened != wanted:
                    complain(f"{name}: {opened} of {wanted} parts were opened by keyboard")
        finally:
            browser.close()
    print(f"{len(names)} pages, each in 4 ways and by keyboard: {bad} complaints")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

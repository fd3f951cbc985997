#!/usr/bin/env python3
"""Opens HTML reports in headless Chromium, on a desk and on a phone, in light and dark, and says what is wrong with them.

Looked for are errors and warnings, requests to anywhere, faults of structure, text that cannot be read, and pictures that
show nothing. Exit code 0: no faults; 1: faults, one a line; 2: Chromium or a page is missing.
"""

import argparse
import base64
import json
import re
import signal
import sys
from pathlib import Path
from typing import NamedTuple

from devtools import NAMES, Chromium, ChromiumError, PageError, find_chromium
from screenshot import summary

CHECKS = Path(__file__).with_name("page_faults.js").read_text(encoding="utf-8")
# Chromium draws no picture of more than 16384 pixels in height
STRIP_PIXELS = 8000


class View(NamedTuple):
    width: int
    height: int
    pixels_per_px: int
    smallest_text: float
    scheme: str

    def __str__(self):
        return f"{self.width} {self.scheme}"


VIEWS = [
    View(*device, scheme)
    for device in ((1280, 900, 1, 9.0), (390, 844, 2, 5.5))
    for scheme in ("light", "dark")
]


class Look(NamedTuple):
    """What one view of a page gave."""

    faults: list
    screenshots: list
    pdf: bytes


def look(chromium, url, view, wants_pdf):
    """Opens the page in a new tab."""
    with chromium.tab() as session:

        def send(method, **params):
            return chromium.send(method, session, **params)

        faults, screenshots, pdf = [], [], b""
        try:
            for domain in ("Inspector", "Page", "Runtime", "Log", "Network"):
                send(f"{domain}.enable")
            send("Page.setLifecycleEventsEnabled", enabled=True)
            send(
                "Emulation.setDeviceMetricsOverride",
                width=view.width,
                height=view.height,
                deviceScaleFactor=view.pixels_per_px,
                mobile=view.pixels_per_px > 1,
            )
            send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": view.scheme}])
            reply = send("Page.navigate", url=url)
            if "errorText" in reply:
                raise PageError(f"the page was not loaded: {reply['errorText']}")
            # the empty page that the tab had at first has a load event of its own
            chromium.wait_for("Page.lifecycleEvent", session, name="load", loaderId=reply["loaderId"])
            found = send(
                "Runtime.evaluate",
                expression=f"({CHECKS})({json.dumps(view.smallest_text)})",
                awaitPromise=True,
                returnByValue=True,
            )
            if "exceptionDetails" in found:
                raise PageError(f"the page could not be examined: {exception_text(found['exceptionDetails'])}")
            faults += found["result"]["value"]
            screenshots = full_page(send, view)
            if wants_pdf:
                pdf = base64.b64decode(send("Page.printToPDF")["data"])
        except PageError as error:
            faults.append(str(error))
        return Look(faults + event_faults(chromium.events(session), url), screenshots, pdf)


def full_page(send, view):
    """Screenshots of strips of the page, from top to bottom."""
    size = send("Page.getLayoutMetrics")["cssContentSize"]
    step = STRIP_PIXELS // view.pixels_per_px
    strips = []
    for top in range(0, max(1, int(size["height"])), step):
        strip = {"x": 0, "y": top, "width": size["width"], "height": min(step, size["height"] - top), "scale": 1}
        # what is optimised for speed is also decoded soonest
        taken = send("Page.captureScreenshot", captureBeyondViewport=True, optimizeForSpeed=True, clip=strip)
        strips.append(base64.b64decode(taken["data"]))
    return strips


def event_faults(events, url):
    """Faults that Chromium told of by itself."""
    faults = []
    for method, event in events:
        if method == "Runtime.consoleAPICalled" and event["type"] in ("warning", "error", "assert"):
            words = (str(part.get("value", part.get("description", ""))) for part in event["args"])
            faults.append(f"console {event['type']}: {' '.join(words)}")
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("warning", "error"):
            faults.append(f"{event['entry']['level']} of {event['entry']['source']}: {event['entry']['text']}")
        elif method == "Runtime.exceptionThrown":
            faults.append(f"exception: {exception_text(event['exceptionDetails'])}")
        elif method == "Network.requestWillBeSent":
            asked = event["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                faults.append(f"request to {asked}")
        elif method == "Network.webSocketCreated":
            faults.append(f"request to {event['url']}")
        elif method == "Network.loadingFailed":
            faults.append(f"{event['type'].lower()} was not loaded: {event.get('blockedReason') or event['errorText']}")
        elif method == "Page.javascriptDialogOpening":
            faults.append(f"{event['type']} window: {event['message']}")
    return faults


def exception_text(details):
    return details.get("exception", {}).get("description", details["text"])


def page_faults(chromium, page, views=VIEWS, folder=None):
    """All faults of a page, each with the views that have it. Screenshots go to `folder`."""
    faults, lightness = {}, {}
    for view in views:
        shown = look(chromium, page.resolve().as_uri(), view, wants_pdf=view == views[0])
        found = list(shown.faults)
        if shown.screenshots:
            lightness[view], has_one_colour = summary(shown.screenshots)
            if has_one_colour:
                found.append("the screenshot has one colour only")
        light = lightness.get(view._replace(scheme="light"))
        if view.scheme == "dark" and light is not None and view in lightness and lightness[view] >= light:
            found.append(f"dark is not darker: mean lightness {lightness[view]:.1f}, in light {light:.1f}")
        if view == views[0] and shown.screenshots and not re.search(rb"/Type\s*/Page\b", shown.pdf):
            found.append("the printed page has no pages")
        for what in found:
            seen_in = faults.setdefault(" ".join(what.split()), [])
            if view not in seen_in:
                seen_in.append(view)
        if folder is not None:
            keep(folder, page.stem, view, shown)
        if not shown.screenshots:
            # what hangs or crashes once would cost the same time again
            break
    return faults


def keep(folder, name, view, shown):
    for number, strip in enumerate(shown.screenshots, 1):
        part = f"-{number}" if len(shown.screenshots) > 1 else ""
        (folder / f"{name}-{view.width}-{view.scheme}{part}.png").write_bytes(strip)
    if shown.pdf:
        (folder / f"{name}.pdf").write_bytes(shown.pdf)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", metavar="PROGRAM", help=f"the browser [default: the first of {', '.join(NAMES)}]")
    parser.add_argument("--screenshots", metavar="FOLDER", type=Path, help="keep the screenshots and printed pages there")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=60, help="for loading and for each other step [default: 60]"
    )
    parser.add_argument("pages", metavar="PAGE.html", nargs="+", type=Path)
    options = parser.parse_args()
    program = options.chromium or find_chromium()
    if program is None:
        return cannot(f"none of {', '.join(NAMES)} is installed; name one with --chromium")
    try:
        for page in options.pages:
            page.open("rb").close()
        if options.screenshots is not None:
            options.screenshots.mkdir(parents=True, exist_ok=True)
        with Chromium(program, options.timeout) as chromium:
            print(f"looked at with {chromium.version}:")
            num_faults = sum(tell(page, page_faults(chromium, page, folder=options.screenshots)) for page in options.pages)
    except OSError as error:
        return cannot(f"{error.filename}: {error.strerror}")
    except (ChromiumError, PageError) as error:
        return cannot(str(error))
    return 1 if num_faults else 0


def tell(page, faults):
    """Prints the faults of a page; how many there are."""
    for what, views in faults.items():
        print(f"{page}: {', '.join(map(str, views))}: {what}", flush=True)
    if not faults:
        print(f"{page}: no faults", flush=True)
    return len(faults)


def cannot(message):
    print(f"error: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    # Chromium is killed on the way out
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    sys.exit(main())

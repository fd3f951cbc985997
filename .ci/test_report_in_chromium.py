"""Pages with one fault each, and what is said about them."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from struct import pack

import report_in_chromium
from devtools import Chromium, ChromiumError, find_chromium
from screenshot import SIGNATURE, rows, summary

PROGRAM = report_in_chromium.__file__
CHROMIUM = find_chromium()
DESK, DESK_DARK, PHONE, PHONE_DARK = report_in_chromium.VIEWS

GOOD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A good page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark }
body { margin: 1rem; background: #fff; color: #222 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } }
a { color: inherit }
figure svg { width: 100%; max-width: 640px; fill: currentColor }
</style></head><body>
<h1 id="top-of-page">A good page</h1>
<p>To the <a href="#drawn">figure</a>, and <a href="https://example.org/">away</a>.</p>
<div style="overflow-x: auto">
<table style="width: 2000px"><tr><th scope="col">wide</th></tr><tr><td>table</td></tr></table></div>
<figure id="drawn"><svg viewBox="0 0 640 100" role="img" aria-label="A square">
<title>A square</title><rect x="20" y="30" width="40" height="40"/><text x="100" y="60" font-size="14">A square</text>
</svg><figcaption>A square, drawn</figcaption></figure>
<img alt="A dot" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
<details><summary>More</summary><p id="folded">Folded away.</p></details>
</body></html>
"""
EMPTY = '<!DOCTYPE html><html lang="en"><title>x</title><meta name="viewport" content="width=device-width"><h1 hidden>x</h1>'

# a name, what of the good page is replaced by what, the view, and how the faults begin that are found then, in any order
FAULTS = [
    ("console warning", "</body>", "<script>console.warn('so', 1)</script></body>", DESK, ["console warning: so 1"]),
    ("console error", "</body>", "<script>console.error('no')</script></body>", PHONE, ["console error: no"]),
    ("exception", "</body>", "<script>missing()</script></body>", DESK, ["exception: ReferenceError: missing"]),
    ("late rejection", "</body>", "<script>Promise.reject(Error('late'))</script></body>", DESK, ["exception: Error: late"]),
    (
        "blocked script",
        '<meta charset="utf-8">',
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="script-src \'none\'"><script>1</script>',
        DESK,
        ["error of security: "],
    ),
    (
        "request for a file that is missing",
        "</head>",
        '<link rel="stylesheet" href="missing.css"></head>',
        DESK,
        ["request to file:", "stylesheet was not loaded: net::ERR_FILE_NOT_FOUND", "error of network: "],
    ),
    ("request for a file that is there", "</head>", '<link rel="stylesheet" href="there.css"></head>', DESK, ["request to file:"]),
    ("sideways scroll", "overflow-x: auto", "", PHONE, ["the page scrolls sideways: 2016 px of 390, because of <table>"]),
    (
        "sideways scroll of folded text",
        '<p id="folded">',
        '<p id="folded" style="width: 3000px">',
        DESK,
        ["the page scrolls sideways with all details open: 3016 px of 1280, because of <p#folded>"],
    ),
    ("twice the same id", 'id="folded"', 'id="drawn"', DESK, ["the id “drawn” is there more than once"]),
    ("dead anchor", "#drawn", "#drawing", DESK, ["the link “figure” leads to #drawing, which is not there"]),
    ("broken image", "R0lGOD", "AAAAAA", DESK, ["the image <img> “A dot” was not decoded"]),
    ("image without alternative", 'alt="A dot"', "", DESK, ["the image data:image/gif;base64"]),
    (
        "drawing without alternative",
        'aria-label="A square">\n<title>A square</title>',
        ">",
        DESK,
        ["the drawing <svg> “A square” has no text alternative"],
    ),
    ("figure without height", '<figure id="drawn">', '<figure style="display: none" id="drawn">', DESK, ["<figure#drawn>"]),
    (
        "figure without caption",
        "<figcaption>A square, drawn</figcaption>",
        "",
        DESK,
        ["<figure#drawn> “A squareA square” has no caption"],
    ),
    ("small text on a desk", 'font-size="14"', 'font-size="8.9"', DESK, ["text too small: 8.9 px of at least 9, "]),
    ("small text on a phone", 'font-size="14"', 'font-size="12"', PHONE, ["text too small: 5.2 px of at least 5.5, "]),
    (
        "small part of a text",
        "A square</text>",
        'A <tspan font-size="5">square</tspan></text>',
        DESK,
        ["text too small: 5.0 px of at least 9, "],
    ),
    (
        "shrunk text",
        '<text x="100" y="60"',
        '<text x="100" y="60" transform="scale(0.5)"',
        DESK,
        ["text too small: 7.0 px of at least 9, "],
    ),
    ("text beyond the right", 'text x="100"', 'text x="620"', DESK, ["text reaches outside its drawing: "]),
    ("text above", 'y="60"', 'y="5"', DESK, ["text reaches outside its drawing: "]),
    ("faint text", "<p>To", '<p style="color: #888">To', DESK, ["contrast too low: 3.54 of at least 4.5, 3 elements, the first <p>"]),
    ("see-through text", "<p>To", '<p style="opacity: 0.4">To', DESK, ["contrast too low: "]),
    (
        "faint cell on a background of its own",
        "<td>",
        '<td style="background: color-mix(in srgb, #222 80%, transparent)">',
        DESK,
        ["contrast too low: "],
    ),
    ("faint folded text", '<p id="folded">', '<p id="folded" style="color: #777">', DESK_DARK, ["contrast too low: "]),
    ("no lang", ' lang="en"', "", DESK, ["<html> has no lang"]),
    ("no title", "<title>A good page</title>", "", DESK, ["there is no title"]),
    ("no viewport", 'name="viewport"', 'name="other"', DESK, ["there is no meta viewport"]),
    ("two first headings", "<details>", "<h1>Again</h1><details>", DESK, ["there are 2 h1, not one"]),
    ("no first heading", "h1", "h2", DESK, ["there are 0 h1, not one"]),
]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def page(self, text, name="page.html"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def program(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-B", PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout, done.stderr


@unittest.skipIf(CHROMIUM is None, "Chromium is not installed")
class Pages(Folder):
    @classmethod
    def setUpClass(cls):
        cls.chromium = Chromium(CHROMIUM, 20)
        cls.addClassCleanup(cls.chromium.close)

    def faults(self, text, *views):
        return report_in_chromium.page_faults(self.chromium, self.page(text), views)

    def test_the_good_page_has_no_fault_in_any_view(self):
        self.assertEqual(self.faults(GOOD, *report_in_chromium.VIEWS), {})

    def test_every_fault_is_found_and_no_other(self):
        (self.folder / "there.css").write_text("")
        for name, old, new, view, expected in FAULTS:
            with self.subTest(name):
                self.assertIn(old, GOOD)
                found = sorted(self.faults(GOOD.replace(old, new), view))
                self.assertEqual(len(found), len(expected), found)
                for fault, beginning in zip(found, sorted(expected)):
                    self.assertTrue(fault.startswith(beginning), f"{fault!r} does not begin with {beginning!r}")

    def test_a_page_of_one_colour_is_a_fault(self):
        self.assertEqual(self.faults(EMPTY, DESK), {"the screenshot has one colour only": [DESK]})

    def test_dark_must_be_darker_than_light(self):
        always_light = GOOD.replace("prefers-color-scheme", "prefers-no-scheme")
        (fault,) = self.faults(always_light, PHONE, PHONE_DARK).items()
        self.assertTrue(fault[0].startswith("dark is not darker: mean lightness 2"), fault)
        self.assertEqual(fault[1], [PHONE_DARK])

    def test_a_fault_of_several_views_is_told_once_with_all_of_them(self):
        faults = self.faults(GOOD.replace("#drawn", "#nowhere"), DESK, PHONE)
        self.assertEqual(list(faults.values()), [[DESK, PHONE]])

    def test_a_tall_page_is_taken_in_strips(self):
        shown = report_in_chromium.look(
            self.chromium, self.page(GOOD.replace("<body>", '<body style="height: 9000px">')).as_uri(), PHONE, False
        )
        self.assertEqual(len(shown.screenshots), 3)
        heights = [sum(1 for _ in rows(strip)[1]) for strip in shown.screenshots]
        self.assertEqual(heights[:2], [8000, 8000])
        self.assertTrue(summary(shown.screenshots[1:2])[1])
        self.assertFalse(summary(shown.screenshots)[1])

    def test_a_page_that_hangs_or_asks_is_a_fault_and_the_next_page_is_looked_at(self):
        hanging = self.page(GOOD.replace("</body>", "<script>for (;;);</script></body>"))
        with Chromium(CHROMIUM, 3) as chromium:
            faults = report_in_chromium.page_faults(chromium, hanging)
            self.assertEqual(list(faults.values()), [[DESK]])
            self.assertIn("took longer than 3 s", " ".join(faults))
            asking = self.page(GOOD.replace("</body>", "<script>alert('stop')</script></body>"))
            self.assertIn("alert window: stop", report_in_chromium.page_faults(chromium, asking))
            self.assertEqual(report_in_chromium.page_faults(chromium, self.page(GOOD), [DESK]), {})


@unittest.skipIf(CHROMIUM is None, "Chromium is not installed")
class Program(Folder):
    def test_good_pages_pass_and_leave_screenshots(self):
        code, out, errors = self.program("--screenshots", self.folder / "shots", self.page(GOOD))
        self.assertEqual((code, errors), (0, ""), out)
        self.assertIn("page.html: no faults", out)
        names = sorted(path.name for path in (self.folder / "shots").iterdir())
        views = ["1280-dark", "1280-light", "390-dark", "390-light"]
        self.assertEqual(names, [f"page-{view}.png" for view in views] + ["page.pdf"])

    def test_faults_are_told_one_a_line_with_page_and_views(self):
        page = self.page(GOOD.replace(' lang="en"', ""))
        code, out, errors = self.program(page)
        self.assertEqual((code, errors), (1, ""))
        self.assertEqual(
            out.splitlines()[1:], [f"{page}: 1280 light, 1280 dark, 390 light, 390 dark: <html> has no lang"]
        )

    def test_a_page_that_is_missing_is_named(self):
        code, _, errors = self.program(self.folder / "missing.html")
        self.assertEqual((code, errors), (2, f"error: {self.folder}/missing.html: No such file or directory\n"))


    def test_a_run_that_is_ended_leaves_no_chromium_and_no_folder(self):
        page = self.page(GOOD.replace("</body>", "<script>for (;;);</script></body>"))
        temporary = self.folder / "temporary"
        temporary.mkdir()
        for ending in (signal.SIGTERM, signal.SIGINT):
            command = [sys.executable, "-B", "-u", PROGRAM, str(page)]
            environment = {**os.environ, "TMPDIR": str(temporary)}
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
                self.assertIn(b"looked at with", running.stdout.readline())
                self.assertEqual(len(list(temporary.glob("chromium-*"))), 1)
                running.send_signal(ending)
                _, errors = running.communicate(timeout=60)
            self.assertEqual((running.returncode, errors), (128 + ending, b""))
            self.assertEqual(list(temporary.iterdir()), [])
            users = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(temporary).encode() in read(path)]
            self.assertEqual(users, [])


class WithoutChromium(Folder):
    def test_a_browser_that_is_missing_is_named(self):
        code, _, errors = self.program("--chromium", "no-such-browser", self.page(GOOD))
        self.assertEqual((code, errors), (2, "error: there is no program `no-such-browser`\n"))

    def test_a_program_that_is_no_browser_is_refused(self):
        with self.assertRaisesRegex(ChromiumError, "Chromium ended unexpectedly"):
            Chromium("true", 20)


class Screenshots(unittest.TestCase):
    PIXELS = [
        bytes((x * x + 7 * y * x + 31 * y * channel) & 255 for x in range(9) for channel in range(3)) for y in range(10)
    ]

    def test_all_filters_are_undone(self):
        for kinds in ([0] * 10, [1] * 10, [2] * 10, [3] * 10, [4] * 10, [0, 1, 2, 3, 4] * 2):
            step, found = rows(png(self.PIXELS, kinds, 3))
            self.assertEqual((step, list(found)), (3, self.PIXELS), kinds)

    def test_one_colour_is_told_from_two(self):
        grey = bytes([100, 100, 100, 255]) * 6
        self.assertEqual(summary([png([grey] * 4, [1, 2, 4, 3], 4)] * 2)[1], True)
        spot = grey[:8] + bytes([101, 100, 100, 255]) + grey[12:]
        self.assertEqual(summary([png([grey] * 4, [0] * 4, 4), png([grey, spot], [1, 4], 4)])[1], False)

    def test_lightness_is_the_mean_over_all_pictures(self):
        black, white = bytes(12), b"\xff" * 12
        self.assertAlmostEqual(summary([png([black, white], [0, 0], 3), png([black] * 2, [0, 0], 3)])[0], 255 / 4)

    def test_what_is_no_picture_is_refused(self):
        with self.assertRaises(ValueError):
            rows(b"GIF89a")
        with self.assertRaises(ValueError):
            rows(png(self.PIXELS, [0] * 10, 3)[:60])


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        # the process has ended
        return b""


def png(pixels, kinds, step):
    """A picture with the given filter for each row."""

    def chunk(name, content):
        return pack(">I", len(content)) + name + content + pack(">I", zlib.crc32(name + content))

    filtered, above = b"", bytes(len(pixels[0]))
    for kind, row in zip(kinds, pixels):
        left, corner = bytes(step) + row, bytes(step) + above
        guesses = []
        for a, b, c in zip(left, above, corner):
            p = a + b - c
            near = a if abs(p - a) <= abs(p - b) and abs(p - a) <= abs(p - c) else b if abs(p - b) <= abs(p - c) else c
            guesses.append((0, a, b, (a + b) >> 1, near)[kind])
        filtered += bytes([kind]) + bytes((value - guess) & 255 for value, guess in zip(row, guesses))
        above = row
    header = pack(">IIBBBBB", len(pixels[0]) // step, len(pixels), 8, {3: 2, 4: 6}[step], 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(filtered)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    unittest.main()

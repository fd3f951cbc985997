"""What can be said about a PNG picture as Chromium writes it: 8 bits for each of red, green, blue (and opacity)."""

import itertools
import struct
import zlib
from array import array

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def rows(png):
    """The number of bytes of a pixel, and an iterator over the rows of pixels."""
    if not png.startswith(SIGNATURE):
        raise ValueError("this is no PNG picture")
    place, packed, header = len(SIGNATURE), [], None
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        content = png[place + 8 : place + 8 + length]
        place += length + 12
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", content)
        elif kind == b"IDAT":
            packed.append(content)
    if header is None or header[2] != 8 or header[3] not in (2, 6) or header[6] != 0:
        raise ValueError(f"this kind of PNG picture is not read: {header}")
    width, height, bytes_of_pixel = header[0], header[1], 3 if header[3] == 2 else 4
    try:
        filtered = zlib.decompress(b"".join(packed))
    except zlib.error as error:
        raise ValueError(f"the PNG picture cannot be unpacked: {error}") from error
    if len(filtered) != height * (1 + width * bytes_of_pixel):
        raise ValueError("the PNG picture has too few or too many rows")
    return bytes_of_pixel, _unfiltered(filtered, width * bytes_of_pixel, bytes_of_pixel)


def _unfiltered(filtered, length, step):
    above = bytes(length)
    for place in range(0, len(filtered), length + 1):
        kind, row = filtered[place], filtered[place + 1 : place + 1 + length]
        if kind == 1:
            row = _left_added(row, step)
        elif kind == 2:
            row = bytes((a + b) & 255 for a, b in zip(row, above)) if any(row) else above
        elif kind in (3, 4):
            row = _predicted(row, above, step, _average if kind == 3 else _paeth)
        elif kind != 0:
            raise ValueError(f"there is no filter {kind} in PNG pictures")
        yield row
        above = row


def _left_added(row, step):
    """Sums from the left for each channel; quick, because this is the filter of nearly all rows of a screenshot."""
    out = bytearray(len(row))
    for channel in range(step):
        sums = array("Q", itertools.accumulate(row[channel::step]))
        low_byte = 0 if struct.pack("=H", 1) == b"\1\0" else sums.itemsize - 1
        out[channel::step] = sums.tobytes()[low_byte :: sums.itemsize]
    return bytes(out)


def _predicted(row, above, step, predict):
    out = bytearray(step) + bytearray(row)
    corner = bytes(step) + above
    for place in range(step, len(out)):
        out[place] = (out[place] + predict(out[place - step], corner[place], corner[place - step])) & 255
    return bytes(out[step:])


def _average(left, above, _):
    return (left + above) // 2


def _paeth(left, above, corner):
    return min((left, above, corner), key=lambda value: abs(left + above - corner - value))


def summary(pngs):
    """The mean lightness (0 to 255) of pictures taken as one, and whether all of it has one colour."""
    lightness, pixels, one_colour, first = 0.0, 0, True, None
    for png in pngs:
        step, all_rows = rows(png)
        for row in all_rows:
            red, green, blue = (sum(row[channel::step]) for channel in range(3))
            lightness += 0.2126 * red + 0.7152 * green + 0.0722 * blue
            count = len(row) // step
            pixels += count
            if one_colour:
                first = first or row[:3]
                one_colour = row == (first + row[3:step]) * count
    return lightness / pixels, one_colour

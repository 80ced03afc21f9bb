"""From matplotlib's SVG to one that can stand inside a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

NAMESPACE = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
# The colours that charts are drawn in. A page's own shades take their places: each of these stands
# for the CSS beside it, in which the page's colours come first.
INK = "#010203"
VAE, VAE_PALE, VAE_STRONG = "#3b82f6", "#86b6fb", "#2257cc"
GAN, GAN_PALE, GAN_STRONG = "#f97316", "#fb923c", "#c2540a"
REAL = "#8a8f98"
_SURFACE = "var(--gv-page,Canvas)"
_BLUE, _ORANGE = f"var(--gv-vae,{VAE})", f"var(--gv-gan,{GAN})"
PAINTS = {
    INK: "currentColor",
    VAE: _BLUE,
    VAE_PALE: f"color-mix(in srgb,{_BLUE} 58%,{_SURFACE})",
    VAE_STRONG: f"color-mix(in srgb,{_BLUE} 62%,currentColor)",
    GAN: _ORANGE,
    GAN_PALE: f"color-mix(in srgb,{_ORANGE} 65%,{_SURFACE})",
    GAN_STRONG: f"color-mix(in srgb,{_ORANGE} 70%,currentColor)",
    REAL: f"var(--gv-real,{REAL})",
}
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"font-family:[^;]*;?|(?:^|;)\s*font:\s*(?:[\w ]+ )?([\d.]+)px[^;]*")

ElementTree.register_namespace("", NAMESPACE)


def clean(source: str, name: str, title: str) -> str:
    """matplotlib's SVG without what a page must not get, readable on light and dark.

    Gone are the XML header, the metadata, a style sheet that would reach the whole page, and the
    font: the page's own is used. Colours become `PAINTS`; those of text are mixed with the page's
    ink, or light blue could not be read on white. Ids get `name` in front: a page holds several
    charts.
    """
    root = ElementTree.fromstring(source)
    tag = f"{{{NAMESPACE}}}"
    for child in list(root):
        holds_style = child.find(f"{tag}style") is not None
        if child.tag == f"{tag}metadata" or (child.tag == f"{tag}defs" and holds_style):
            root.remove(child)
    for element in root.iter():
        _clean_element(element, name, is_text=element.tag in (f"{tag}text", f"{tag}tspan"))
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.set("id", name)
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("font-family", "system-ui, sans-serif")
    # What the dropped style sheet said, for this picture alone.
    root.set("stroke-linejoin", "round")
    heading = ElementTree.Element(f"{tag}title")
    heading.text = title
    root.insert(0, heading)
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", text)


def _clean_element(element: ElementTree.Element, name: str, is_text: bool) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == _LINK:
            del element.attrib[key]
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        elif key == "style":
            element.set(key, _clean_style(value, is_text))
        elif value.startswith("url(#"):
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))


def _clean_style(style: str, is_text: bool) -> str:
    style = _FONT.sub(lambda m: f";font-size:{m[1]}px" if m[1] else "", style).strip("; ")
    return _COLOUR.sub(lambda match: _paint(match[0], is_text), style)


def _paint(colour: str, is_text: bool) -> str:
    paint = PAINTS.get(colour, colour)
    if is_text and colour != INK:
        return f"color-mix(in srgb,{paint} 75%,currentColor)"
    return paint

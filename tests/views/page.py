"""A page as a strict reader sees it: its elements, its text, and everything that it must not hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class Element:
    """One element: its name, its attributes, what it stands in."""

    tag: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: str = ""

    def has(self, name: str) -> bool:
        """Tell whether it is of a class."""
        return name in self.attributes.get("class", "").split()


@dataclass
class Page(HTMLParser):
    """A parsed page."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        path = tuple(element.tag for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, path)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that holds nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Give text to every element that it stands in."""
        for element in self._open:
            element.text += data

    def all(self, tag: str, name: str = "") -> list[Element]:
        """Return the elements of a tag, and of a class where one is given."""
        return [each for each in self.elements if each.tag == tag and (not name or each.has(name))]


def parse(page: str) -> Page:
    """Return a page that is whole, has no script and asks for nothing from elsewhere."""
    found = Page()
    found.feed(page)
    found.close()
    assert found._open == [], "an element is not closed"
    tags = {element.tag for element in found.elements}
    assert not tags & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "foreignobject",
        "a",
        "use",
    }
    for element in found.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on"), f"{name} is a script"
            assert name not in ("src", "href", "xlink:href", "srcset", "action", "formaction"), name
            assert "url(" not in value.lower()
            assert "://" not in value or element.tag in ("td", "svg"), (element.tag, name, value)
    (style,) = found.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert "expression(" not in style.text
    return found

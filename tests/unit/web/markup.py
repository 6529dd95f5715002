"""What a page is made of, as tests look at it."""

from __future__ import annotations

from html.parser import HTMLParser

#: A name that would run, if it were taken for more than a name.
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>"
#: Elements that end by themselves in HTML, or that we write as empty ones.
OPEN = {"tr", "td", "th", "li", "dt", "dd", "meta", "link", "img", "input", "use", "path", "line", "rect", "circle"}


class Balance(HTMLParser):
    """Counts what a page could run or style by itself, and elements whose end is missing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.inline: list[str] = []
        self.sources: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.inline += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in names) else []
        self.sources += [value or "" for name, value in attrs if name in {"src", "href", "action"}]
        self.stack += [] if tag in OPEN else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in OPEN:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in OPEN:
            assert self.stack.pop() == tag

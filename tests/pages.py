"""HTML pages taken apart strictly, for the tests of reports: what a browser would forgive is an error here."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input"}
ADDRESSES = (
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "xlink:href",
    "ping",
    "cite",
)


class Page(HTMLParser):
    """Elements, attributes and text of one document. Raises AssertionError where tags are not nested or an id is there twice."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"
        ids = self.values("id")
        assert len(set(ids)) == len(ids), "an id is there twice"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute is there twice: {tag} {attrs}"
        assert all(name.replace("-", "").isalpha() for name, _ in attrs), (
            f"text broke out of an attribute: {tag} {attrs}"
        )
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        (self.styles if self.open and self.open[-1] == "style" else self.words).append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def values(self, attribute: str) -> list[str]:
        """What this attribute says, element by element."""
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every element of this kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return " ".join(" ".join(self.words).split())

    @property
    def addresses(self) -> set[str]:
        """Everything that a browser might fetch or follow."""
        return {value for name in ADDRESSES for value in self.values(name)}

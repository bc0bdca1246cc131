"""What every page that is read keeps to, whatever the file."""

from snappy_core.types import Page


def check_page(page: Page) -> None:
    """Check the contract of a page: each word in one region, boxes on the page, printable text."""
    assert not page.warning.startswith("cannot be read ("), page.warning  # an unexpected error
    tops = [region for region in page.regions if region.parent is None]
    words = sorted(word for region in tops for word in region.words)
    assert words == list(range(len(page.words))), "a word in no region, or in two"
    assert not len(page.words) or (page.words.boxes.min() >= 0 and page.words.boxes.max() <= 1)
    assert 0 < page.width < float("inf")
    assert 0 < page.height < float("inf")
    for text in page.words.texts:
        assert text.isprintable(), f"{text!r} would reach the terminal"
        text.encode("utf-8")

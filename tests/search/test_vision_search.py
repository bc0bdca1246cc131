"""An index of a vision encoder: how it scores unless told, and how its heat is drawn."""

import asyncio
from functools import partial

import numpy as np
import pytest
from PIL import ImageChops

from snappy_core import PageUnavailableError, ReadingOptions, RegionIndex, agents
from snappy_core.boxes import to_pixels
from snappy_core.display.render import BEST, draw_page
from snappy_core.encoders.precomputed import patches_from_embeddings
from snappy_core.page_search import PageReference, PageSearch
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.membership import assign
from snappy_core.scoring.rules import SCORING_RULES
from snappy_core.testing import FakeEncoder, FakeGridEncoder
from snappy_core.types import LABELS, Region
from snappy_core.vectors import normalize

QUESTION = "How many boats has the port of Brae?"
PRINTED = {"region_label": [label for label in LABELS if label != "hot_area"]}


@pytest.fixture(scope="module")
def index(data):
    index = RegionIndex(encoder=FakeGridEncoder(12, 8))
    index.add([data / "table.pdf", data / "two_columns.pdf"]).raise_failed()
    return index


@pytest.fixture
def hit(index):
    return index.search(QUESTION, filter=PRINTED)[0]


def scores(hits):
    return [(hit.region_id, hit.score) for hit in hits]


class TestScoringByDefault:
    def test_is_the_rule_of_the_paper_for_patches(self, index):
        found = scores(index.search(QUESTION, k=9, filter=PRINTED))
        assert found == scores(index.search(QUESTION, k=9, filter=PRINTED, scoring="iou_weighted"))
        assert found == scores(asyncio.run(index.asearch(QUESTION, k=9, filter=PRINTED)))
        assert found != scores(index.search(QUESTION, k=9, filter=PRINTED, scoring="maxsim"))

    def test_is_the_mixture_for_words(self, data):
        index = RegionIndex(encoder=FakeEncoder())
        index.add(data / "table.pdf").raise_failed()
        found = scores(index.search(QUESTION, k=9, filter=PRINTED))
        assert found == scores(index.search(QUESTION, k=9, filter=PRINTED, scoring="mixture"))
        assert found != scores(index.search(QUESTION, k=9, filter=PRINTED, scoring="iou_weighted"))

    def test_on_given_pages(self, index, data):
        page = PageReference((data / "table.pdf").as_posix(), 1)
        search = PageSearch(index).search
        found = scores(search(QUESTION, [page], k=9, filter=PRINTED))
        assert found == scores(
            search(QUESTION, [page], k=9, filter=PRINTED, scoring="iou_weighted")
        )

    def test_in_langchain(self, index, hit):
        langchain = pytest.importorskip("snappy_langchain")
        retriever = langchain.SnappyRetriever(index=index, filter=PRINTED)
        by_default = retriever.invoke(QUESTION)[0]
        by_words = retriever.invoke(QUESTION, scoring="maxsim")[0]
        assert by_default.metadata["score"] == pytest.approx(hit.score)
        assert by_words.metadata["score"] != pytest.approx(hit.score)

    def test_in_llamaindex(self, index, hit):
        llamaindex = pytest.importorskip("snappy_llamaindex")
        make = partial(llamaindex.SnappyRetriever, index, filter=PRINTED)
        assert make().retrieve(QUESTION)[0].score == hit.score
        words = make(scoring="maxsim").retrieve(QUESTION)[0]
        assert words.score != pytest.approx(hit.score)


class TestHotAreas:
    """A picture of boats at the lower right of a page, whose only region is a paragraph."""

    encoder = FakeGridEncoder(8, 6)

    @pytest.fixture
    def page(self):
        boats = self.encoder.encode_query("boats").vectors[0]
        vectors = np.random.default_rng(0).standard_normal((48, 64)).astype(np.float32)
        vectors -= np.outer(vectors @ boats, boats)  # which have nothing to do with boats
        vectors = vectors.reshape(8, 6, 64)
        vectors[6:, 4:] += 8 * boats
        paragraph = {
            "page": 1,
            "bbox": [0.1, 0.1, 0.9, 0.4],
            "text": "harbor",
            "label": "paragraph",
        }
        patches = [patches_from_embeddings(vectors.reshape(48, 64), (8, 6))]
        return {"regions": [paragraph], "patches": patches}

    @pytest.fixture
    def index(self, data, page):
        index = RegionIndex(encoder=self.encoder)
        index.add_document(data / "table.pdf", **page).raise_failed()
        return index

    def test_are_where_no_region_is(self, index):
        best = index.search("boats")[0]
        assert best.region.label == "hot_area"
        assert best.region.box == pytest.approx((4 / 6, 6 / 8, 1, 1))

    @pytest.mark.requires("langchain_core", "llama_index.core")
    def test_are_known_by_their_id(self, index):
        from snappy_langchain.mapping import to_document
        from snappy_llamaindex.mapping import to_node

        best = index.search("boats")[0]
        assert best.region_id.endswith("#p1h40-47")  # cells of the grid
        assert index.region(best.region_id).region == best.region
        [read] = agents.read_region(index, f"[{best.citation}]")
        assert read.region == best.region
        for reference in (best.region_id, to_document(best), to_node(best)):
            by_reference = index.region_image(reference, best.text, 40)
            assert by_reference.tobytes() == index.region_image(best, None, 40).tobytes()

    @pytest.mark.parametrize("cells", ["47-40", "40-48", "41-42-43", "46-41", "5-6"])
    def test_other_cells_are_no_area(self, index, cells):
        """Neither below the grid, nor from right to left."""
        name = index.search("boats")[0].document_id
        with pytest.raises(PageUnavailableError):
            index.region(f"{name}#p1h{cells}")

    @pytest.mark.requires("langchain_core")
    def test_the_box_of_a_document_is_not_believed(self, index):
        from snappy_langchain.mapping import to_document

        document = to_document(index.search("boats")[0])
        document.metadata["bbox_x0"] = 0.1
        with pytest.raises(PageUnavailableError):
            index.region_image(document)

    def test_are_left_out_inside_a_region(self, data):
        encoder = FakeGridEncoder(8, 6)
        whole = {"page": 1, "bbox": [0, 0, 1, 1], "text": "boats", "label": "figure"}
        index = RegionIndex(encoder=encoder)
        index.add_document(data / "table.pdf", regions=[whole]).raise_failed()
        assert [hit.region.label for hit in index.search("boats")] == ["figure"]

    def test_count_among_the_hits_of_a_page(self, index):
        assert len(index.search("boats")) == 2
        (best,) = index.search("boats", per_page=1)
        assert (best.region.label, best.rank) == ("hot_area", 1)

    def test_of_a_file_under_two_ids_are_found_once(self, index, data, page):
        [area] = index.search("boats", filter={"region_label": "hot_area"})
        index.add_document(data / "table.pdf", document_id="again", **page).raise_failed()
        [again] = index.search("boats", filter={"region_label": "hot_area"})
        assert again.region == area.region

    @pytest.mark.parametrize("labels", ["hot_area", ["hot_area", "table"]])
    def test_are_asked_for_by_a_filter(self, index, labels):
        (hit,) = index.search("boats", filter={"region_label": labels})
        assert hit.region == index.search("boats")[0].region
        assert not index.search("boats", filter={"region_label": "table"})

    def test_reach_the_threshold(self, index):
        best = index.search("boats")[0]
        assert index.search("boats", score_threshold=best.score - 0.01)[0].region == best.region
        labels = [h.region.label for h in index.search("boats", score_threshold=best.score + 0.01)]
        assert "hot_area" not in labels


class TestHeatMapImage:
    def test_is_the_page_with_its_heat_and_the_box_of_the_hit(self, index, hit):
        drawn = index.heatmap_image(hit, dpi=60)
        page = index.page_image(hit, dpi=60)
        assert drawn.tobytes() == draw_page(page, index.heatmap(hit), [hit]).tobytes()
        assert drawn.size == page.size
        colors = {color for _, color in drawn.getcolors(drawn.width * drawn.height)}
        assert tuple(int(BEST[i : i + 2], 16) for i in (1, 3, 5)) in colors
        assert asyncio.run(index.aheatmap_image(hit, dpi=60)).tobytes() == drawn.tobytes()

    def test_glows_where_the_token_stands(self, index, hit):
        """On a white page, without boxes: the reddest pixel lies in the hottest patch."""
        heat = index.heatmap(hit, "boats")
        page = index.page_image(hit, dpi=60)
        tinted = np.asarray(ImageChops.subtract(page, draw_page(page, heat, [])), np.int64)
        y, x = np.unravel_index(tinted[:, :, 2].argmax(), tinted.shape[:2])
        hottest = to_pixels(heat.boxes[[heat.values.argmax()]], *page.size)[0]
        assert hottest[0] <= x < hottest[2]
        assert hottest[1] <= y < hottest[3]

    def test_of_one_token(self, index, hit):
        drawn = [index.heatmap_image(hit, token, dpi=60).tobytes() for token in ("boats", 6, None)]
        assert len(set(drawn)) == 3

    def test_of_what_is_not_there(self, index, hit):
        with pytest.raises(ValueError, match="token 'ships' is not in the question"):
            index.heatmap_image(hit, "ships")
        with pytest.raises(ValueError, match="dpi must be positive"):
            index.heatmap_image(hit, dpi=0)


@pytest.mark.parametrize("dim", [128, 320])
@pytest.mark.parametrize("scoring", SCORING_RULES.names())
def test_scores_of_int8_patches_agree_with_those_of_floats(scoring, dim):
    """Also when a few components are far larger than the others."""
    rng = np.random.default_rng(0)
    rows, columns = 28, 20
    vectors = normalize(rng.standard_t(2, (rows * columns, dim)).astype(np.float32))
    asked = normalize((vectors[:9] + 0.05 * rng.standard_normal((9, dim))).astype(np.float32))
    corners = np.sort(rng.random((40, 2, 2)), axis=1).reshape(40, 4).tolist()
    regions = [Region(tuple(box), "", (), "paragraph", n) for n, box in enumerate(corners)]
    patches = patches_from_embeddings(vectors, (rows, columns))
    membership = assign(regions, patches)
    exact = asked @ vectors.T
    coded = similarities(asked, patches.vectors, patches.scales)
    assert np.abs(coded - exact).max() < 0.02
    weights, content_mask = np.full(9, 1 / 9, np.float32), np.ones(9, bool)
    ours, theirs = (
        SCORING_RULES.get(scoring)(s, weights, content_mask, membership) for s in (coded, exact)
    )
    # "max" has the error of a single cosine; the others are means over tokens or patches.
    assert np.abs(ours - theirs).max() < (0.006 if scoring == "max" else 0.003)


def test_one_page_of_patches_is_like_another_run(data):
    """The encoder of tests gives the same patches for the same page, and tells pages apart."""
    from snappy_core import Source, parsing

    page = next(iter(parsing.read(Source.from_path(str(data / "table.pdf")))))
    one, other = (FakeGridEncoder(12, 8).encode_pages([page])[0] for _ in range(2))
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert one.grid == (12, 8)
    assert one.local.tolist() == [False] + [True] * 96
    assert FakeGridEncoder(12, 8).encode_query("boats").terms is None


def test_the_size_of_the_first_stage_can_be_chosen(data):
    file = data / "two_columns.pdf"
    with RegionIndex(encoder=FakeGridEncoder(12, 8)) as index:
        sizes = []
        for block in (4, 2, 2):
            report = index.add(file, reading=ReadingOptions(pool_block=block))
            sizes.append((len(report.added), _pooled(index)))
        assert sizes == [(1, 3 * 2 + 1), (1, 6 * 4 + 1), (0, 6 * 4 + 1)]  # and the global patch
        with pytest.raises(ValueError, match="pool_block must be between 1 and 32, not 0"):
            ReadingOptions(pool_block=0)


def _pooled(index):
    with index._store.read() as snapshot:
        catalog = snapshot.catalog()
    assert len(catalog.page_ids) == 1
    return len(catalog.vectors)

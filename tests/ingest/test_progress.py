from snappy_core.ingest.progress import IngestProgress


def work(show):
    with IngestProgress(3, show) as bar:
        bar.page()
        bar.page()
        bar.document()
        bar.document("b[1].pdf: is [not] a PDF")
        bar.page()
        bar.document()
        assert bar.pages == 3


def test_shows_what_is_done_and_what_failed(capsys):
    work(show=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert "failed b[1].pdf: is [not] a PDF" in said.err  # brackets are no markup
    assert "3/3" in said.err
    assert "3 pages" in said.err
    assert "1 failed" in said.err


def test_is_silent_when_not_shown(capsys):
    work(show=False)
    assert capsys.readouterr() == ("", "")


def test_is_silent_without_a_terminal(capsys):
    work(show=None)
    assert capsys.readouterr() == ("", "")


def test_ends_when_the_work_is_cut_off(capsys):
    try:
        with IngestProgress(2, show=True) as bar:
            bar.document()
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with IngestProgress(1, show=True):  # the terminal is free for the next one
        pass
    assert "1/2" in capsys.readouterr().err


def test_expects_as_many_pages_of_documents_not_yet_opened():
    with IngestProgress(4, show=False) as bar:
        assert bar.expected is None
        bar.counted(10)
        assert bar.expected == 40
        bar.counted(0)  # stands in the index already
        assert bar.expected == 20
        for _ in range(3):
            bar.page()
        assert bar.expected == 20
        bar.document("cut off", missing=7)
        assert bar.expected == 13
        bar.counted(2)
        bar.counted(2)
        assert bar.expected == 7


def test_shows_the_time_left(capsys):
    with IngestProgress(2, show=True) as bar:
        bar.counted(2)
        bar.page()
        bar.document()
    assert "-:--:--" in capsys.readouterr().err  # nobody can tell after one page

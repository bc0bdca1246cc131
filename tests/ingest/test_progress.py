from snappy_core.ingest.progress import ingest_progress


def work(show):
    with ingest_progress(3, show) as bar:
        bar.finish_page()
        bar.finish_page()
        bar.finish_document()
        bar.finish_document("b[1].pdf: is [not] a PDF")
        bar.finish_page()
        bar.finish_document()
        assert bar.pages == 3


def test_shows_what_is_done_and_what_failed(capsys):
    work(show=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert "failed b[1].pdf: is [not] a PDF" in said.err  # brackets are no markup
    assert "3/3" in said.err
    assert "3 pages" in said.err
    assert "1 failed" in said.err


def test_a_long_failure_is_not_broken_into_lines(capsys):
    failure = "/a/folder/with a long name/" * 8 + "b.pdf: is empty"
    with ingest_progress(1, show=True) as bar:
        bar.finish_document(failure)
    assert failure in capsys.readouterr().err


def test_is_silent_when_not_shown(capsys):
    work(show=False)
    assert capsys.readouterr() == ("", "")


def test_is_silent_without_a_terminal(capsys):
    work(show=None)
    assert capsys.readouterr() == ("", "")


def test_cancellation_when_the_work_is_cut_off(capsys):
    try:
        with ingest_progress(2, show=True) as bar:
            bar.finish_document()
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with ingest_progress(1, show=True):  # the terminal is free for the next one
        pass
    assert "1/2" in capsys.readouterr().err


def test_expects_as_many_pages_of_documents_not_yet_opened():
    with ingest_progress(4, show=False) as bar:
        assert bar.expected_pages is None
        bar.count_document(10)
        assert bar.expected_pages == 40
        bar.count_document(0)  # is in the index already
        assert bar.expected_pages == 20
        for _ in range(3):
            bar.finish_page()
        assert bar.expected_pages == 20
        bar.finish_document("cut off", missing_pages=7)
        assert bar.expected_pages == 13
        bar.count_document(2)
        bar.count_document(2)
        assert bar.expected_pages == 7


def test_shows_the_time_left(capsys):
    with ingest_progress(2, show=True) as bar:
        bar.count_document(2)
        bar.finish_page()
        bar.finish_document()
    assert "-:--:--" in capsys.readouterr().err  # nobody can tell after one page


def test_a_function_is_told_of_each_page_and_document(capsys):
    told = []
    with ingest_progress(2, lambda progress: told.append((progress.pages, progress.done))) as bar:
        bar.finish_page()
        bar.finish_document()
        bar.finish_document("b.pdf: is empty")
        assert (bar.documents, bar.failed) == (2, 1)
    assert told == [(1, 0), (1, 1), (1, 2)]
    assert capsys.readouterr() == ("", "")

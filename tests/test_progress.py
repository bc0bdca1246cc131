import pytest

from snappy_core.progress import progress_bar


def count_three_pages(show):
    with progress_bar("{task.completed}/{task.total} pages", show=show) as bar:
        task = bar.add_task("copying", total=3)
        bar.advance(task, 3)


def test_a_bar_goes_to_standard_error(capsys):
    count_three_pages(show=True)
    output = capsys.readouterr()
    assert output.out == ""
    assert "copying" in output.err
    assert "3/3 pages" in output.err


@pytest.mark.parametrize("show", [False, None])
def test_no_bar_unless_wanted_or_on_a_terminal(capsys, show):
    count_three_pages(show)
    assert capsys.readouterr() == ("", "")

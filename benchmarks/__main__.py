"""`python -m benchmarks [NAME...]`: speed and accuracy.

Speed, as ratios against a peer or a floor, each with a bound; exit code 1 if a bound is broken.
Several names run several of them, no name runs all. --json FILE appends the run to a history,
--chart FILE draws the peers as PNG; the extra [bench] installs them:
  encoding colvision scoring scan stages grids index asking question filters scale adding plain
  mixed adapters reading ocr pictures workers ray_workers memory serve lance_scale

Published benchmarks, each with --help and --json:
  bbox_docvqa DIR      BBox-DocVQA: is the evidence among the regions of its page?
  recorded FILE...     recorded runs on BBox-DocVQA: the tables of the paper, and more
  vision_maps FILE...  other orders of the regions of recorded runs, an experiment
  mmdocir DIR          MMDocIR: questions whose answer is one box, over its page and document;
                       folders of CiteVQA and ViDoRe V3 too
  all_sets DIR...      one table of all sets, in any of these formats or those below

Layout, each with --help and --json:
  layout_tags DIR      regions against the blocks that authors tagged in their PDFs, or against
                       the boxes of ParseBench
  publaynet DIR        regions against the labeled boxes of page images
  oracle DIR...        does any region of the right page answer, by kind of answer?
  layout_peers DIR...  tagged blocks and oracle, OpenDataLoader PDF and PyMuPDF Layout beside us
  readers DIR...       every reader and OCR engine that is installed, on the same pages
  ablation DIR...      what each rule of the layout earns on them

Evidence, with --help and --json:
  grounding [DIR...]   verdicts on true sentences, changed ones, and those of another document
  judge DIR            a judge of your own on questions that documents answer, and do not

Tests:
  mutation             how many small faults in scoring, search and ingest the tests notice
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import commands, layout_commands, speed
from snappy_core.cli import run_app


def main(arguments: Sequence[str]) -> int:
    """Run a command, or the named benchmarks of speed, and return the exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    for app in (commands.app, layout_commands.app):
        if arguments and arguments[0] in {command.name for command in app.registered_commands}:
            return run_app(app, "python -m benchmarks", arguments)
    return run_app(speed.app, "python -m benchmarks", arguments or speed.BENCHMARKS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

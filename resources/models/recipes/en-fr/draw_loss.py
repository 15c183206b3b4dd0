"""Draw the training log as a small SVG: translation loss and the two guided heads over time."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import loss_chart

LINES = (("loss", "translation", "#1f5fa8"), ("guide_read", "head 1.0 (reads)", "#c8641b"),
         ("guide_written", "head 2.0 (writes)", "#3b8a4a"))

if __name__ == "__main__":
    loss_chart.main(__doc__, LINES)

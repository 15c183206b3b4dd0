"""Draw the training log as a small SVG: the kinds of text, held-out sentences and the two guided heads over time."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import loss_chart

LINES = (("sentences", "sentences", "#1f5fa8"), ("paraphrases", "paraphrases", "#c8641b"),
         ("books", "books", "#8a3b8a"), ("held_out", "held-out sentences", "#111111"),
         ("previous", "head 0.0", "#3b8a4a"), ("next", "head 0.1", "#7a9a2a"))

if __name__ == "__main__":
    loss_chart.main(__doc__, LINES)

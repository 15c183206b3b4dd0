"""Draw the training log as a small SVG: text, repeated random tokens, held-out text and the two guided heads over time."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import loss_chart

LINES = (("text", "text", "#1f5fa8"), ("held_out", "held-out text", "#111111"),
         ("random", "random tokens", "#c8641b"), ("previous", "head 0.0", "#3b8a4a"),
         ("induction", "head 1.0", "#8a3b8a"))

if __name__ == "__main__":
    loss_chart.main(__doc__, LINES)

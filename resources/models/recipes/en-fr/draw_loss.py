"""Draw the training log as a small SVG: translation loss and the two guided heads over time."""
import argparse
import json
import math
import pathlib

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 46, 128, 16, 40
LINES = (("loss", "translation", "#1f5fa8"), ("guide_read", "head 1.0 (reads)", "#c8641b"),
         ("guide_written", "head 2.0 (writes)", "#3b8a4a"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--out", type=pathlib.Path, default="out/loss.svg")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in open(arguments.work / "log.jsonl")]

    last, top = math.ceil(rows[-1]["minutes"] / 10) * 10, math.ceil(max(row["loss"] for row in rows))
    def x(minutes): return LEFT + minutes / last * (WIDTH - LEFT - RIGHT)
    def y(loss): return HEIGHT - BOTTOM - loss / top * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
             'font-family="sans-serif" font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
    for value in range(0, top + 1, 1 if top < 10 else 2):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>'
                     f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#444444">{value}</text>')
    for minutes in range(0, last + 1, 10):
        parts.append(f'<text x="{x(minutes):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="#444444">'
                     f'{minutes}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle" fill="#444444">'
                 'minutes of training</text>'
                 f'<text transform="translate(12 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle" '
                 'fill="#444444">nats a token</text>')
    for key, label, colour in LINES:
        points = " ".join(f"{x(row['minutes']):.1f},{y(row[key]):.1f}" for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
    ends = sorted((y(rows[-1][key]), label, colour) for key, label, colour in LINES)
    height = 0.0
    for end, label, colour in ends:
        height = max(height + 14, end + 4)
        parts.append(f'<text x="{WIDTH - RIGHT + 6}" y="{height:.1f}" fill="{colour}">{label}</text>')
    arguments.out.write_text("\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    main()

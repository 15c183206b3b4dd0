"""A training log as a small SVG: curves in nats a token over minutes."""
import argparse
import json
import math
import pathlib

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 46, 128, 16, 40


def draw(rows, lines):
    """The SVG's text; `lines` are (key of the log's rows, label, colour), rows without the key are skipped."""
    last = math.ceil(rows[-1]["minutes"] / 10) * 10
    top = math.ceil(max(row[key] for row in rows for key, _, _ in lines if key in row))
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
    ends = []
    for key, label, colour in lines:
        known = [row for row in rows if key in row]
        points = " ".join(f"{x(row['minutes']):.1f},{y(row[key]):.1f}" for row in known)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        ends.append((y(known[-1][key]), label, colour))
    height = 0.0
    for end, label, colour in sorted(ends):
        height = max(height + 14, end + 4)
        parts.append(f'<text x="{WIDTH - RIGHT + 6}" y="{height:.1f}" fill="{colour}">{label}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def main(description, lines):
    """The command line of a recipe's draw_loss.py."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--out", type=pathlib.Path, default="out/loss.svg")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in open(arguments.work / "log.jsonl")]
    arguments.out.write_text(draw(rows, lines))

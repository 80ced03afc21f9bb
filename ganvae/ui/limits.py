"""How much a visitor may ask at once, and how much the page does at once; the reason beside each.

Two cores serve the page; what takes long is cut into turns, and whoever comes too many waits in
line and is told so.
"""

from __future__ import annotations

# Images of a sample: a 10 x 10 grid. More faces would keep a core busy while others wait.
MAX_COUNT = 100
# Models of a request: a pair shows its VAEs and one GAN at once, and none has more than eight.
MAX_MODELS = 8
# Points of a call that decodes: the 5 x 5 grid of each model shown, or a 9 x 9 map.
MAX_POINTS = 256
# Frames of a walk: a perturbation has 21; 120 are four seconds at thirty frames a second.
MIN_FRAMES, MAX_FRAMES = 21, 120
# Faster than that no screen shows an animation evenly.
MAX_FPS = 30

# Bytes of a number in JSON, with its comma: "-0.12345678901234567, ".
_NUMBER_BYTES = 25
# What a call has besides: names, a photo's pixels, a drawing.
_CALL_BYTES = 64 * 2**10
# Characters of what a session or a call is known by: Gradio's own have at most 36.
MAX_KEY = 64
# Lines of the log about mistakes of visitors, a minute.
MOST_LINES_A_MINUTE = 60

# Functions that draw, at once: each takes a core while it lasts, and memory for all that it draws.
# More of them on two cores would only make each slower.
DRAWING_AT_ONCE = 4
# Those in line behind them: one for each of a hundred visitors, a class that is told to begin.
# It is more than there are threads, so who is turned away has waited for long.
DRAWING_IN_LINE = 100
# Films at once, and in line. One takes a core for seconds.
FILMS_AT_ONCE, FILMS_IN_LINE = 1, 8
# For so long somebody waits before the page had better say that it is busy.
PATIENCE_SECONDS = 20.0

# Searches that take turns on the one thread that works for all: with more of them each picture
# would improve too slowly to watch.
MOST_SEARCHES = 8
# Searches in line behind them: a hundred visitors can all search, and the page says how many are
# before each. One in line holds a picture and nothing else.
MOST_WAITING = 92
# A page asks several times a second: one that was silent for so long is closed.
FORGOTTEN_SECONDS = 10.0
# How often a page looks at its search: often enough that the picture seems to form; at one that
# takes turns with others as much less often as it gets on more slowly.
LOOK_SECONDS = 0.12
# How often while it is in line: a hundred that look as often as that keep a core from its work.
LINE_LOOK_SECONDS = 1.0

# Calls of a named endpoint at once: each takes one core, and two of them fill the machine.
ENDPOINT_CALLS = 4
# Calls of named endpoints in line: one for each of a hundred visitors; whoever comes then is told
# that the queue is full.
MOST_QUEUED = 100

# Sessions that Gradio keeps, the newest. The page stores nothing in them, so nobody misses one; but
# each holds a copy of the page's description, and Gradio would keep ten thousand of them.
MOST_SESSIONS = 1000

# Pictures that endpoints make lie on the disk until they are fetched: a caller does that at once,
# and a slow one within minutes. A day of them would fill a disk.
FILE_LIFE_SECONDS = 10 * 60
FILE_SWEEP_SECONDS = 60
# How often Gradio's queue looks for calls. Its own thousand times a second keep a core busy with
# nobody there; so seldom, a named endpoint answers up to that much later, and nothing else.
QUEUE_LOOK_SECONDS = 0.05
# How often it looks for word of a call's progress, of which there is none here: its own hundred
# times a second cost more than all else while nobody asks for anything.
PROGRESS_LOOK_SECONDS = 1.0


def body_bytes(latent: int) -> int:
    """Bytes that a call may have: `MAX_COUNT` points of a latent space, and what it has besides.

    Args:
        latent: the largest latent size that the page shows.
    """
    return MAX_COUNT * latent * _NUMBER_BYTES + _CALL_BYTES

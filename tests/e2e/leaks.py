"""
leaks.py: finds a secret where it may not stand, in each form that a program
writes it in.  JSON has \\" for a quote, a page &quot; and &#39;, a request
base64: the text as it is stands in none of them.
"""
import base64
import contextlib
import html
import pathlib

# Runs in tests and, of test_secrets.py, on targets: what a tool may make of a secret.
FORMS = '''
import base64, json, shlex, urllib.parse
def forms(text):
    raw = text.encode()
    return [text, base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="),
            base64.b64encode(b"u:" + raw).decode(), urllib.parse.quote(text), urllib.parse.quote(text, safe=""),
            urllib.parse.quote_plus(text), raw.hex(), raw.hex().upper(), json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1], shlex.quote(text)]
'''
SHORTEST = 4            # bytes of a needle
SHORTEST_BASE64 = 12    # of one that ends inside of what was encoded
MADE = {}
exec(FORMS, MADE)
forms = MADE["forms"]


def pages(text):
    """As pages have it: the console's, and those that Python writes."""
    escaped = html.escape(text)
    return [escaped, escaped.replace("&#x27;", "&#39;")]


def needles(*secrets):
    """Texts that may stand nowhere: each form of each secret, and of its
    lines."""
    found = set()
    for text in secrets:
        for part in [text, *text.split("\n")]:
            raw = part.encode()
            if len(part) < SHORTEST:
                continue
            found.update(form.strip("'").encode() for form in forms(part) + pages(part))
            found.add(base64.b64encode(b"u:" + raw)[4:-4])
            begin = base64.b64encode(raw[:len(raw) // 3 * 3])   # more may be encoded behind it
            if len(begin) >= SHORTEST_BASE64:
                found.add(begin)
    return sorted(n for n in found if len(n) >= SHORTEST)


def found(data, of):
    """The needles that stand in a text or in bytes, each with what is around
    it."""
    data = data.encode() if isinstance(data, str) else data
    places = ((needle, data.find(needle)) for needle in of)
    return [f"{needle!r}: …{data[max(0, at - 60):at + 60]!r}…" for needle, at in places if at >= 0]


def found_in(folder, of):
    """The files below a folder in which needles stand; those that are removed
    meanwhile are not read."""
    count, places = 0, []
    for path in pathlib.Path(folder).rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                places += [(str(path), place) for place in found(path.read_bytes(), of)]
                count += 1
    assert count > 0, f"{folder} has no files"
    return places

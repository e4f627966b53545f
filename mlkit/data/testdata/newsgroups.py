"""Messages without headers, footers and quotes, as scikit-learn 1.2.1 strips
them, for the tests of package data.

    python3 testdata/newsgroups.py ../../../shared/data > testdata/newsgroups.json    (in mlkit/data)
"""
import hashlib
import itertools
import json
import random
import sys
import tarfile
from sklearn.datasets._twenty_newsgroups import strip_newsgroup_footer, strip_newsgroup_header, strip_newsgroup_quoting

random.seed(1)
STRIP = {"headers": strip_newsgroup_header, "footers": strip_newsgroup_footer, "quotes": strip_newsgroup_quoting}
SUBSETS = [c for n in (1, 2, 3) for c in itertools.combinations(STRIP, n)]


def strip(text, parts):
    for part in parts:  # in the order of fetch_20newsgroups
        text = STRIP[part](text)
    return text


LINES = [
    "", "", "", " ", "\t", "\x1c", "\x85", "\xa0 ", "--", "-- ", " - ", "-----", "-x-", "own words", "  indented", "> quoted", ">", " > not quoted",
    "| quoted", "In article <1@x> b says", " In article <1@x>", "Quoted from b", "b writes:", "b writes in x", "b wrote: x", "she said: no", "b says:",
    "he says nothing", "Joe Smith", "joe@example.org", "caf\xe9", "end \r",
]
cases = []
for n in range(120):
    body = "\n".join(random.choice(LINES) for _ in range(random.randrange(12)))
    text = "From: a@example.org\nSubject: x" + random.choice(["\n\n", "\n\n", "\nLines: 3\n\n", "\n"]) + body + random.choice(["", "\n", "\n\n"])
    cases.append({"text": text, "stripped": {"+".join(s): strip(text, s) for s in SUBSETS}})

# Of all of 20 Newsgroups: the hash of each path, a zero byte, the text, and
# another zero byte, in the order of the paths, read as Latin-1.
posts = {}
for split in ("train", "test"):
    with tarfile.open(f"{sys.argv[1]}/classification/20newsgroups/20news-bydate-{split}.tar.gz") as archive:
        for member in archive:
            if member.isfile():
                posts[split + "/" + member.name.split("/", 1)[1]] = archive.extractfile(member).read().decode("latin1")
digests = {}
for s in SUBSETS:
    h = hashlib.sha256()
    for path in sorted(posts):
        h.update(path.encode() + b"\0" + strip(posts[path], s).encode() + b"\0")
    digests["+".join(s)] = h.hexdigest()
print(json.dumps({"cases": cases, "digests": digests}, indent=0))

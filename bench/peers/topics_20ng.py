"""gensim's LDA and coherence on the training posts of 20 Newsgroups (bydate).

    apt-get install -y python3-gensim python3-sklearn
    python3 topics_20ng.py TRAIN.tar.gz TOPICS.json [multicore]

Headers, footers and quotes are stripped; tokens are [a-z]{3,}, lower-cased,
scikit-learn's English stop words removed; vocabulary: document frequency of at
least 10 and at most half. Empty documents are dropped, on which gensim's c_v fails.
TOPICS.json holds lists of top words of another model, the same number of topics.

Prints a JSON object: the wall time of LdaModel (10 passes); the coherence of its
topics, over 10 and over 20 top words; the time that c_v takes for the given topics,
over 10 top words, and its value; peak memory; and with a third argument the
coherence of LdaMulticore's topics and its time.
"""
import json
import re
import sys
import tarfile
import time

from gensim.corpora import Dictionary
from gensim.models import CoherenceModel, LdaModel, LdaMulticore
from sklearn.datasets._twenty_newsgroups import (
    strip_newsgroup_footer, strip_newsgroup_header, strip_newsgroup_quoting)
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS


def load(path):
    with tarfile.open(path) as archive:
        posts = sorted((m.name, archive.extractfile(m).read()) for m in archive if m.isfile())
    for _, content in posts:
        text = content.decode("latin1").replace("\r\n", "\n").replace("\r", "\n")
        text = strip_newsgroup_footer(strip_newsgroup_quoting(strip_newsgroup_header(text)))
        words = [w for w in re.findall(r"[a-z]{3,}", text.lower()) if w not in ENGLISH_STOP_WORDS]
        if words:
            yield words


def peak_mib():
    with open("/proc/self/status") as f:
        status = dict(line.split(":", 1) for line in f)
    return int(status["VmHWM"].split()[0]) / 1024


def main(path, topics_path, multicore=None):
    docs = list(load(path))
    ids = Dictionary(docs)
    ids.filter_extremes(no_below=10, no_above=0.5)
    bags = [ids.doc2bow(d) for d in docs]
    with open(topics_path) as f:
        given = json.load(f)

    def coherence(topics, measure, words):
        return float(CoherenceModel(topics=topics, texts=docs, dictionary=ids, coherence=measure,
                                    topn=words, processes=1).get_coherence())

    def fit(model, prefix, out, **more):
        begin = time.time()
        m = model(bags, num_topics=len(given), id2word=ids, random_state=0, passes=10, **more)
        out[prefix + "seconds"] = time.time() - begin
        out["peak_mib"] = peak_mib()
        topics = [[w for w, _ in m.show_topic(k, 20)] for k in range(len(given))]
        for words, suffix in ((10, ""), (20, "_top20")):
            for measure in ("c_v", "c_npmi"):
                out[prefix + measure + suffix] = coherence(topics, measure, words)

    out = {"documents": len(docs), "terms": len(ids), "tokens": sum(n for b in bags for _, n in b)}
    fit(LdaModel, "lda_", out)
    begin = time.time()
    out["c_v"] = coherence(given, "c_v", 10)
    out["c_v_seconds"] = time.time() - begin
    if multicore:
        fit(LdaMulticore, "multicore_", out, workers=2)
    print(json.dumps(out))


main(*sys.argv[1:])

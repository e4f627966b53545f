"""What gensim 4.2 says of the coherence of some topics, for the tests of package
coherence.

    apt-get install -y python3-gensim
    /usr/bin/python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/coherence)

Documents have 1 to 200 words, so that windows of 10 and of 110 are shorter and
longer than documents; words are drawn with frequencies 1/rank, around subjects,
so that some come again within a window and some never meet.
"""
import json
import random

from gensim.corpora import Dictionary
from gensim.models import CoherenceModel

draw = random.Random(1)
words = [f"w{i:02d}" for i in range(40)]
docs = []
for d in range(60):
    subject = draw.sample(words, 8)
    weights = [(9 if w in subject else 1) / (i + 1) for i, w in enumerate(words)]
    length = draw.choice([1, 4, 9, 10, 11, 30, 109, 110, 111, 140, 200])
    docs.append(draw.choices(words, weights, k=length))
used = sorted({w for doc in docs for w in doc})
topics = [draw.sample(used, 10) for _ in range(6)] + [used[:10], used[-10:]]
ids = Dictionary(docs)
bags = [ids.doc2bow(d) for d in docs]
out = {"docs": docs, "topics": topics, "cases": []}
for measure in ("c_v", "c_npmi", "c_uci", "u_mass"):
    for top, window in ((10, None), (5, None), (10, 3), (10, 50)):
        if window and measure == "u_mass":
            continue
        model = CoherenceModel(topics=topics, texts=docs, corpus=bags if measure == "u_mass" else None, dictionary=ids,
                               coherence=measure, topn=top, window_size=window, processes=1)
        values = [float(v) for v in model.get_coherence_per_topic()]
        out["cases"].append({"measure": measure, "topWords": top, "window": window or 0,
                             "topics": values, "mean": float(model.get_coherence())})
print(json.dumps(out))

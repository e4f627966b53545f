"""What scikit-learn 1.2.1 makes of some documents by NMF, for the tests of package
topic.

    apt-get install -y python3-sklearn
    /usr/bin/python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/topic)

Documents are drawn from five subjects, so that there is something to find.
residual is ‖X − WH‖ after convergence; top are the five heaviest words of each topic.
"""
import json
import random

import numpy as np
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer

draw = random.Random(2)
words = [f"w{i:02d}" for i in range(50)]
docs = []
for d in range(80):
    weights = [1 + (30 if i // 10 in (d % 5, d // 16) else 0) / (1 + i % 10) for i in range(50)]
    docs.append(draw.choices(words, weights, k=draw.randint(5, 40)))
x = TfidfVectorizer(analyzer=lambda d: d)
weights = x.fit_transform(docs)
terms = x.get_feature_names_out()
out = {"docs": docs, "cases": []}
for topics in (3, 5):
    # The first case stops as soon as the default does, the second goes on to the end.
    for tol, most in ((1e-4, 200), (1e-10, 20000)):
        m = NMF(n_components=topics, init="nndsvda", solver="cd", tol=tol, max_iter=most, random_state=0)
        w = m.fit_transform(weights)
        out["cases"].append({
            "topics": topics, "tol": tol, "maxIter": most, "iterations": int(m.n_iter_), "residual": float(m.reconstruction_err_),
            "top": sorted([[str(t) for t in terms[np.argsort(-row)[:5]]] for row in m.components_]),
        })
print(json.dumps(out))

"""What scikit-learn 1.2.1 makes of some texts, for the tests of package text.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/text)
"""
import json
import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion

texts = [
    "The cat sat on the mat; the cat purred.",
    "A dog chased the cat, and the DOG barked!",
    "",
    "e-mail: jane_doe@example.com 3.14 x2 a1 a 1 11",
    "Größe, naïve café, ΣΊΣΥΦΟΣ ΟΔΟΣ and İstanbul; Ǆ ß ﬁne",
    "中文 分词 тест ТЕСТ ½ ² Ⅷ ٣٤ x²",
    "tabs\tand\n\nnew lines  and   spaces\u00a0nbsp\u2003em\x1cfs\x85nel",
    "don't e.g. mother-in-law's n\u0303 a\u0301b co\u0301operate",
    "the the the the the the the the",
    "_ __ ___ a_b _a b_ 0 00 zero",
]
new = ["the cat and a new dog", "nothing known hereabouts", "ΟΔΟΣ café x2 тест"]
cases = [
    ({}, {}),
    ({"Sublinear": True, "MinDF": 2}, {"sublinear_tf": True, "min_df": 2}),
    ({"MaxN": 2}, {"ngram_range": (1, 2)}),
    ({"MinN": 2, "MaxN": 3}, {"ngram_range": (2, 3)}),
    ({"Analyzer": "char", "MinN": 1, "MaxN": 3}, {"analyzer": "char", "ngram_range": (1, 3)}),
    ({"Analyzer": "char_wb", "MinN": 3, "MaxN": 5}, {"analyzer": "char_wb", "ngram_range": (3, 5)}),
    ({"StopWords": ["the", "and"], "MaxN": 2}, {"stop_words": ["the", "and"], "ngram_range": (1, 2)}),
    ({"KeepCase": True}, {"lowercase": False}),
    ({"MaxDF": 0.3}, {"max_df": 0.3}),
    ({"MaxFeatures": 2}, {"max_features": 2}),
    ({"Binary": True, "Norm": "l1"}, {"binary": True, "norm": "l1"}),
    ({"NoIDF": True}, {"use_idf": False}),
    ({"NoSmoothing": True, "Norm": "none"}, {"smooth_idf": False, "norm": None}),
]
out = {"texts": texts, "new": new, "cases": []}
for go, python in cases:
    v = TfidfVectorizer(**python)
    fitted = v.fit_transform(texts)
    out["cases"].append({
        "options": go,
        "terms": v.get_feature_names_out().tolist(),
        "fitted": fitted.toarray().tolist(),
        "new": v.transform(new).toarray().tolist(),
    })
words, characters = TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
union = FeatureUnion([("w", words), ("c", characters)], transformer_weights={"c": 0.5})
fitted = union.fit_transform(texts)
out["cases"].append({
    "options": {"MaxN": 2, "Also": [{"Analyzer": "char_wb", "MinN": 3, "MaxN": 5, "Sublinear": True, "Weight": 0.5}]},
    "terms": words.get_feature_names_out().tolist() + characters.get_feature_names_out().tolist(),
    "fitted": fitted.toarray().tolist(),
    "new": union.transform(new).toarray().tolist(),
})
for go, python in [({"Hash": 32, "MaxN": 2}, {"n_features": 32, "ngram_range": (1, 2)}),
                   ({"Analyzer": "char_wb", "MinN": 2, "Hash": 1000}, {"n_features": 1000, "analyzer": "char_wb", "ngram_range": (2, 2)})]:
    h, t = HashingVectorizer(alternate_sign=False, norm=None, **python), TfidfTransformer()
    counts = h.transform(texts)
    used = np.flatnonzero(counts.sum(axis=0))
    fitted = t.fit_transform(counts[:, used])
    out["cases"].append({
        "options": go,
        "terms": [f"#{i:08x}" for i in used],
        "fitted": fitted.toarray().tolist(),
        "new": t.transform(h.transform(new)[:, used]).toarray().tolist(),
    })
tokens = TfidfVectorizer().build_analyzer()
out["tokens"] = [tokens(t) for t in texts]
print(json.dumps(out))

"""Curves and areas of scikit-learn 1.2.1, for the tests of package metric.

    python3 testdata/roc.py > testdata/roc.json    (in mlkit/metric)
"""
import json
import random
from sklearn.metrics import roc_auc_score, roc_curve

random.seed(2)


def record(positive, scores):
    fpr, tpr, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    # The first threshold of 1.2 is the highest score and one; later versions say
    # infinity.
    return {"positive": positive, "scores": scores, "auc": roc_auc_score(positive, scores),
            "fpr": fpr.tolist(), "tpr": tpr.tolist(), "thresholds": thresholds[1:].tolist()}


cases = [
    record([True, False], [1, 0]),
    record([True, False], [0, 0]),
    record([True, False, True, False], [0.1, 0.4, 0.35, 0.8]),
]
for n in (20, 200):
    positive = [random.random() < 0.4 for _ in range(n)]
    cases.append(record(positive, [p + random.gauss(0, 1) for p in positive]))
    cases.append(record(positive, [round(2 * p + random.gauss(0, 2)) for p in positive]))
print(json.dumps(cases))

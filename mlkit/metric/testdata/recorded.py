"""Scores of scikit-learn 1.2.1, for the tests of package metric.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/metric)
"""
import json
import random
import warnings
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

warnings.simplefilter("ignore")  # quotients without denominator
random.seed(1)


def record(truth, predicted):
    labels = sorted(set(truth) | set(predicted))
    p, r, f, s = precision_recall_fscore_support(truth, predicted, labels=labels)
    case = {
        "truth": truth, "predicted": predicted, "labels": labels,
        "accuracy": accuracy_score(truth, predicted),
        "precision": p.tolist(), "recall": r.tolist(), "f1": f.tolist(), "support": s.astype(int).tolist(),
        "confusion": confusion_matrix(truth, predicted, labels=labels).tolist(),
    }
    for average in ("macro", "micro", "weighted"):
        case[average] = precision_recall_fscore_support(truth, predicted, labels=labels, average=average)[:3]
    return case


names = ["ant", "bee", "cow", "dog", "Ärger"]
cases = [
    record(["a", "b", "a", "b"], ["a", "b", "b", "b"]),
    record(["a", "a", "b"], ["a", "a", "a"]),
    record(["a", "a"], ["c", "b"]),
    record(["a"], ["a"]),
]
for n in (20, 300):
    truth = [random.choice(names[:4]) for _ in range(n)]
    cases.append(record(truth, [t if random.random() < 0.6 else random.choice(names) for t in truth]))
print(json.dumps(cases))

"""Folds of scikit-learn 1.2.1 (numpy 1.24.2), for the tests of package split.

    python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/split)
"""
import json
import random
import warnings
import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

warnings.simplefilter("ignore")  # classes smaller than k
random.seed(1)


def record(method, splitter, k, labels, groups):
    x = np.zeros(len(labels))
    folds = [test.tolist() for _, test in splitter.split(x, labels, groups)]
    of = [None] * len(labels)
    for fold, test in enumerate(folds):
        for row in test:
            of[row] = fold
    return {"method": method, "k": k, "labels": labels, "groups": groups, "fold": of}


cases = []
for n, classes, groups, k in [(10, 2, 4, 2), (23, 3, 7, 5), (60, 4, 20, 5), (300, 5, 90, 5), (500, 9, 200, 10), (400, 12, 399, 3)]:
    labels = [f"class {random.choice(range(classes))}" for _ in range(n)]
    labels[: 2 * classes] = [f"class {i % classes}" for i in range(2 * classes)]
    random.shuffle(labels)
    group = [f"g{random.randrange(groups):03}" for _ in range(n)]
    cases.append(record("KFold", KFold(k), k, labels, group))
    cases.append(record("StratifiedKFold", StratifiedKFold(k), k, labels, group))
    cases.append(record("GroupKFold", GroupKFold(k), k, labels, group))
    cases.append(record("StratifiedGroupKFold", StratifiedGroupKFold(k), k, labels, group))
print(json.dumps(cases))

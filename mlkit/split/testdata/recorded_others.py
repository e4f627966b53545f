"""Further divisions of scikit-learn 1.2.1 (numpy 1.24.2), for the tests of package split.

    python3 testdata/recorded_others.py > testdata/recorded_others.json    (in mlkit/split)

Random methods draw from another generator than ours; recorded are their
numbers of documents, and of each class where 30 seeds agree on them.
"""
import json
import random
import warnings
import numpy as np
from sklearn.model_selection import (GroupShuffleSplit, LeaveOneGroupOut, PredefinedSplit, ShuffleSplit,
                                     StratifiedShuffleSplit, TimeSeriesSplit)

warnings.simplefilter("ignore")
random.seed(2)
cases = []

for n, splits, size, gap, most in [(6, 5, None, 0, None), (12, 3, 2, 0, None), (12, 3, 2, 2, None), (50, 5, None, 3, None), (50, 4, 7, 0, 9),
                                   (53, 5, None, 0, 11), (100, 7, 10, 5, 20), (31, 2, None, 1, 100), (7, 2, 3, 1, None), (10, 3, 3, 1, None), (5, 5, None, 0, None)]:
    try:
        folds = [{"train": a.tolist(), "test": b.tolist()} for a, b in
                 TimeSeriesSplit(splits, test_size=size, gap=gap, max_train_size=most).split(np.zeros(n))]
    except ValueError as e:
        folds = None
    cases.append({"method": "TimeSeriesSplit", "n": n, "splits": splits, "testsize": size or 0, "gap": gap, "maxtrain": most or 0, "folds": folds})

for n, groups in [(12, 3), (60, 7)]:
    group = [f"g{random.randrange(groups)}" for _ in range(n)]
    cases.append({"method": "LeaveOneGroupOut", "groups": group,
                  "folds": [{"train": a.tolist(), "test": b.tolist()} for a, b in LeaveOneGroupOut().split(np.zeros(n), groups=group)]})

for n, k in [(12, 3), (40, 5)]:
    fold = [random.randrange(-1, k) for _ in range(n)]
    cases.append({"method": "PredefinedSplit", "groups": ["" if f < 0 else f"fold {f}" for f in fold],
                  "folds": [{"train": a.tolist(), "test": b.tolist()} for a, b in PredefinedSplit(fold).split()]})

for n, test, train in [(10, None, None), (17, 0.25, None), (101, 0.3, 0.5), (1000, 0.333, 0.111), (25, None, 0.7)]:
    a, b = next(ShuffleSplit(1, test_size=test, train_size=train, random_state=0).split(np.zeros(n)))
    cases.append({"method": "ShuffleSplit", "n": n, "test": test or 0, "train": train or 0, "sizes": [len(a), len(b)]})
    if n > 20:
        group = [f"g{i % (n // 3)}" for i in range(n)]
        a, b = next(GroupShuffleSplit(1, test_size=test, train_size=train, random_state=0).split(np.zeros(n), groups=group))
        cases.append({"method": "GroupShuffleSplit", "groups": group, "test": test or 0, "train": train or 0,
                      "sizes": [len({group[i] for i in a}), len({group[i] for i in b})]})

for n, classes, test, train in [(60, 3, None, None), (83, 4, 0.25, None), (200, 5, 0.3, 0.4), (500, 9, 0.15, 0.15), (97, 2, 0.5, None)]:
    weights = [random.random() + 0.1 for _ in range(classes)]
    labels = [f"class {i % classes}" for i in range(2 * classes)] + random.choices([f"class {c}" for c in range(classes)], weights, k=n - 2 * classes)
    random.shuffle(labels)
    seen = set()
    for seed in range(30):
        a, b = next(StratifiedShuffleSplit(1, test_size=test, train_size=train, random_state=seed).split(np.zeros(n), labels))
        seen.add(tuple((sum(labels[i] == c for i in a), sum(labels[i] == c for i in b)) for c in sorted(set(labels))))
    if len(seen) == 1:
        cases.append({"method": "StratifiedShuffleSplit", "labels": labels, "test": test or 0, "train": train or 0, "perclass": list(seen.pop())})

print(json.dumps(cases))

"""Statistics of scipy 1.10.1 and numpy 1.24.2, for the tests of package describe.

    /usr/bin/python3 testdata/recorded.py > testdata/recorded.json    (in mlkit/describe)
"""
import json
import random
import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, entropy

random.seed(3)
cases = []
for splits, classes, most in [(2, 2, 40), (3, 6, 60), (2, 20, 12), (3, 3, 400)]:
    counts = [[random.randint(0 if classes > 3 else 5, most) for _ in range(classes)] for _ in range(splits)]
    a = np.array(counts)
    a = a[:, a.sum(axis=0) > 0]
    statistic, p, freedom, expected = chi2_contingency(a, correction=False)
    whole = a.sum(axis=0)
    cases.append({
        "counts": counts, "statistic": statistic, "p": p, "freedom": freedom, "small": float((expected < 5).mean()),
        "v": float(np.sqrt(statistic / a.sum() / (min(a.shape) - 1))),
        "divergences": [float(jensenshannon(a[i], a[j], base=2) ** 2) for j in range(splits) for i in range(j)],
        "entropy": float(entropy(whole, base=2)), "ratio": float(whole.max() / whole.min()),
    })
lengths = [[random.randint(1, 60) for _ in range(n)] for n in (1, 2, 7, 40)]
print(json.dumps({"splits": cases, "lengths": [
    {"words": x, "quantiles": [min(x), *np.quantile(x, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(), max(x), float(np.mean(x))]} for x in lengths]}))

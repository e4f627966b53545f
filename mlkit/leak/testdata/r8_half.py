# Counts, by comparing every test document of R8 with every training document
# that shares a word 5-gram with it, how many have a near copy in the training
# split at a Jaccard index of 0.5 or more. Standard library only.
#
#   python3 r8_half.py ../../../../shared/data/classification/r8 > r8_half.tsv
#
# Columns: row of the test document (from 0), row of the first training document
# that is most similar, distinct 5-grams of each, 5-grams in both.
import gzip, re, sys, unicodedata
from collections import Counter, defaultdict


def grams(name):
    sets = []
    for line in gzip.open(f"{sys.argv[1]}/{name}.txt.gz", "rt", encoding="utf-8", newline="\n"):
        text = unicodedata.normalize("NFKC", line.split("\t", 1)[1]).casefold()
        words = re.sub(r"[\W_]+", " ", text).split()
        sets.append({tuple(words[i:i + 5]) for i in range(len(words) - 4)})
    return sets


train, test = grams("train"), grams("test")
holders = defaultdict(list)
for row, s in enumerate(train):
    for g in s:
        holders[g].append(row)
for row, s in enumerate(test):
    both = Counter(other for g in s for other in holders[g])
    # x / (a + b - x) >= 1/2 without division
    near = [(-x / (len(s) + len(train[o]) - x), o) for o, x in both.items() if 2 * x >= len(s) + len(train[o]) - x]
    if near:
        o = min(near)[1]
        print(row, o, len(s), len(train[o]), both[o], sep="\t")

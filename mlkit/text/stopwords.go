package text

import (
	_ "embed"
	"strings"
)

// english is sklearn.feature_extraction.text.ENGLISH_STOP_WORDS of scikit-learn
// 1.2.1, a word on each line:
//
//	python3 -c 'from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS as s; print("\n".join(sorted(s)))' > english.txt
//
// scikit-learn took it from the Glasgow Information Retrieval Group.
//
//go:embed english.txt
var english string

// EnglishStopWords returns scikit-learn's list of English stop words, 318 words
// in ascending order, for Options.StopWords. Like every such list it is somebody's
// choice: it has "system", "fire" and "interest" in it (Nothman, Qin and Yurchak,
// "Stop Word Lists in Free Open-source Software Packages", 2018).
func EnglishStopWords() []string { return strings.Fields(english) }

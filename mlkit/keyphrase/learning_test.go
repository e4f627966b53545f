package keyphrase

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"viva/mlkit/data"
)

func examples(t *testing.T, n int) []*example {
	t.Helper()
	c, err := data.Open(t.Context(), "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list, _, _, err := gather(t.Context(), []*data.Corpus{c.InSplit(data.Train)})
	if err != nil {
		t.Fatal(err)
	}
	return list[:n]
}

// What a training document looks like to the ranker does not depend on the
// keyphrases of its own group.
func TestFeaturesDoNotSeeTheirOwnKeyphrases(t *testing.T) {
	opt, err := Options{Folds: 3, Seed: 2}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	list := examples(t, 45)
	_, before, err := crossFit(t.Context(), list, opt)
	if err != nil {
		t.Fatal(err)
	}
	folds, err := groupFolds(list, opt.Folds, opt.Seed)
	if err != nil {
		t.Fatal(err)
	}
	held := folds[0].Test
	for _, i := range held {
		e := *list[i]
		e.gold = slices.Clone(e.gold)
		for k := range e.gold {
			e.gold[k] = !e.gold[k]
		}
		list[i] = &e
	}
	_, after, err := crossFit(t.Context(), list, opt)
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i := range list {
		same := reflect.DeepEqual(before[i], after[i])
		if slices.Contains(held, i) && !same {
			t.Errorf("document %d of the changed part looks otherwise", i)
		}
		if !same {
			changed++
		}
	}
	if changed != len(list)-len(held) {
		t.Errorf("%d of %d documents outside the changed part look otherwise: nothing was learned from it", changed, len(list)-len(held))
	}
}

func TestFeaturesAreFiniteAndNamed(t *testing.T) {
	list := examples(t, 30)
	opt, err := Options{Folds: 2}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := crossFit(t.Context(), list, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "word", "a b", strings.Repeat("The same words again. ", 2000), "1. Intro\nX-Y (XY) of Z; été 3.5%\n\nREFERENCES\n[1] A. Author.", list[0].doc.text} {
		d := newDocument(text, "", true)
		for i, row := range d.features(f.learnedOf(d)) {
			if len(row) != len(featureNames) {
				t.Fatalf("%d features with %d names", len(row), len(featureNames))
			}
			for j, x := range row {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s of %q is %v", featureNames[j], d.key(&d.candidates[i]), x)
				}
			}
		}
	}
}

func TestPartsOfPapers(t *testing.T) {
	filler := strings.Repeat("Sensor networks are made of many small nodes that send what they measure to a sink.\n", 120)
	text := "Localization in Sensor Networks\nA. Author\nUniversity of Somewhere\nSomewhere, CA\nABSTRACT\nWe localize nodes by light.\n" +
		"1. INTRODUCTION\n" + filler + "2. Spotlight Method\n" + filler + "REFERENCES\n[1] B. Writer. Light for sensors.\n"
	d := newDocument(text, "", true)
	at := map[string]zone{}
	for i := range d.words {
		if _, ok := at[d.words[i].lower]; !ok {
			at[d.words[i].lower] = d.words[i].zone
		}
	}
	for w, want := range map[string]zone{
		"localization": title, "somewhere": title, "ca": front, "localize": abstract, "light": abstract, "introduction": heading,
		"measure": body, "spotlight": heading, "writer": references,
	} {
		if at[w] != want {
			t.Errorf("%q is in part %d, want %d", w, at[w], want)
		}
	}
	if !d.paper || !d.hasTitle {
		t.Error("it is not taken for a paper with a title")
	}
}

func TestCandidates(t *testing.T) {
	d := newDocument("Degree of Parallelism\nThe degree of parallelism in the U.S., 25 nodes and peer-to-peer (P2P) systems.", "", true)
	keys := map[string]int{}
	for i := range d.candidates {
		keys[d.key(&d.candidates[i])] = d.candidates[i].count
	}
	for key, count := range map[string]int{"degre": 2, "degre of parallel": 2, "parallel": 2, "peer-to-peer": 1, "25 node": 1, "p2p": 1, "system": 1, "node and peer-to-peer": 1} {
		if keys[key] != count {
			t.Errorf("%q occurs %d times, want %d", key, keys[key], count)
		}
		delete(keys, key)
	}
	for key := range keys {
		if strings.HasPrefix(key, "of ") || strings.HasSuffix(key, " of") || strings.Contains(key, "p2p system") || key == "25" || strings.Contains(key, "the") {
			t.Errorf("%q is a candidate", key)
		}
	}
}

func TestAbbreviations(t *testing.T) {
	s := newStems()
	for long, short := range map[string]string{"support vector machine": "svm", "quality of service": "qos", "peer-to-peer": "ptp", "hidden Markov models": "hmms", "degrees of freedom": "df"} {
		if !abbreviates(cutWords(long, s), short) {
			t.Errorf("%s does not abbreviate %s", short, long)
		}
	}
	for long, short := range map[string]string{"support vector machine": "sv", "big data": "bda", "data": "x"} {
		if abbreviates(cutWords(long, s), short) {
			t.Errorf("%s abbreviates %s", short, long)
		}
	}
}

func TestQuantiles(t *testing.T) {
	if got, want := quantiles([]float64{5, 1, 5, 9}), []float64{0.5, 0.125, 0.5, 0.875}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The stationary weights of a graph are those of the equation, and topics are
// the clusters of average linkage.
func TestMultipartiteParts(t *testing.T) {
	weight := []float64{0, 1, 2, 1, 0, 0, 3, 0, 0}
	rank := pageRank(3, weight)
	sum := 0.0
	for j := range 3 {
		want := (1 - damping) / 3
		for i := range 3 {
			out := weight[3*i] + weight[3*i+1] + weight[3*i+2]
			want += damping * rank[i] * weight[3*i+j] / out
		}
		sum += rank[j]
		if math.Abs(rank[j]-want) > 1e-4 {
			t.Errorf("node %d has %v, want %v", j, rank[j], want)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("weights sum to %v", sum)
	}
	d := newDocument("sensor networks. wireless sensor networks. sensor network. query plans. distributed query plans. light.", "", false)
	order, _ := runCandidates(d)
	cluster := map[string]int{}
	for i, n := range topics(d, order) {
		cluster[d.key(&d.candidates[order[i]])] = n
	}
	if cluster["sensor network"] != cluster["wireless sensor network"] || cluster["queri plan"] != cluster["distribut queri plan"] ||
		cluster["sensor network"] == cluster["queri plan"] || cluster["light"] == cluster["queri plan"] {
		t.Errorf("topics %v", cluster)
	}
}

// The further a document's length is from those that were learned from, the more
// its rank by TF-IDF counts, also between them.
func TestForeignLengths(t *testing.T) {
	f := &fitted{words: []float64{100, 150, 6000}}
	last := 0.0
	for _, n := range []int{120, 200, 300, 400, 700} {
		d := &document{words: make([]word, n)}
		x := f.foreign(d)
		if n <= 200 && x != 0 || n > 250 && x <= last || x > 1 {
			t.Errorf("%d words are foreign by %v, after %v", n, x, last)
		}
		last = x
	}
	for n, want := range map[int]float64{5000: 0, 8000: 0, 100_000: 1, 5: 1} {
		if x := f.foreign(&document{words: make([]word, n)}); x != want {
			t.Errorf("%d words are foreign by %v, want %v", n, x, want)
		}
	}
}

// In a document of an unknown length TF-IDF has its say about the order, and
// none about the number.
func TestForeignDocuments(t *testing.T) {
	list := examples(t, 20)
	opt, err := Options{Folds: 2, Trees: 10}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	f, err := fit(t.Context(), list, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(opt, nil, nil, f)
	d := newDocument(strings.Repeat("Sensor networks need sensor networks. Light is an idea of nodes. ", 100), "", false)
	ranked, rows, own, err := m.rank(d)
	if err != nil {
		t.Fatal(err)
	}
	top := rows[ranked[0].at][tfidfQuantile]
	if own != min(int(math.Round(f.training[2].Extracted)), len(ranked)) {
		t.Errorf("%d phrases where %v are usual", own, f.training[2].Extracted)
	}
	f.words = []float64{float64(len(d.words))}
	plain, rows, _, err := m.rank(d)
	if err != nil {
		t.Fatal(err)
	}
	if rows[plain[0].at][tfidfQuantile] > top || reflect.DeepEqual(plain, ranked) {
		t.Errorf("the length changes nothing: the first phrase has a rank by TF-IDF of %v, %v without", top, rows[plain[0].at][tfidfQuantile])
	}
}

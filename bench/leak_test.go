package main

import (
	"math"
	"testing"

	"viva/mlkit/neardup"
)

func TestMadeCorpusIsJudgedByItsWords(t *testing.T) {
	stock := sentences([]string{
		"The quick brown fox jumps over the lazy dog. Short one.\n\nPack my box with five dozen liquor jugs! How vexingly quick do daft zebras jump?",
		"the quick  brown fox jumps over the lazy dog. A line that goes\non in the next one.\n\nNo stop at the end of this",
	})
	if len(stock) != 5 {
		t.Fatalf("sentences %q", stock)
	}
	m := makeUp(stock, 1000)
	if len(m.texts) != 1000 || len(m.planted) != 10 {
		t.Fatalf("%d texts, %d planted copies", len(m.texts), len(m.planted))
	}
	for _, text := range m.texts {
		if n := len(wordsOf(text)); n < 70 || n > 160 {
			t.Errorf("a document has %d words", n)
		}
	}
	found, err := neardup.Find(t.Context(), m.texts, neardup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Five sentences make near copies beside the planted ones.
	precision, judged := m.precision(found)
	if precision != 1 || judged < 100 {
		t.Errorf("precision %v of %d", precision, judged)
	}
	recall, planted := m.recall(found)
	if recall != 1 || planted < 5 || planted > 10 {
		t.Errorf("recall %v of %d", recall, planted)
	}
	found.Near = append(found.Near[:0:0], neardup.Pair{A: 0, B: 1, Jaccard: 0.9})
	if precision, _ := m.precision(found); precision == 1 {
		t.Error("a wrong pair is not noticed")
	}
	if recall, _ := m.recall(found); recall == 1 {
		t.Error("a missing pair is not noticed")
	}
}

func TestLogSlope(t *testing.T) {
	if s := logSlope([]float64{10, 100, 1000}, []float64{3, 300, 30000}); math.Abs(s-2) > 1e-12 {
		t.Errorf("slope %v, want 2", s)
	}
}

package keyphrase_test

import (
	"testing"
)

// What a sample table says of a phrase is what the evaluation says.
func TestSamplesAgreeWithTheEvaluation(t *testing.T) {
	learn, held := sample(t)
	m := train(t, learn)
	held = held.Select(rows(5))
	table, err := m.SampleTable(t.Context(), held, rows(5), 10)
	if err != nil {
		t.Fatal(err)
	}
	right, documents := 0, 0
	for _, row := range table.Rows {
		if row[0].Text != "" {
			documents++
		}
		if row[3].Text == "yes" {
			right++
		}
		if row[4].Text == "" && row[5].Text == "" {
			t.Errorf("no reasons for %q", row[1].Text)
		}
	}
	if want := evaluate(t, m, held).Confusion.Right; right != want || right == 0 || documents != 5 {
		t.Errorf("%d right of %d documents, the evaluation found %d of 5", right, documents, want)
	}
	bare := held.At(0)
	bare.Keyphrases = nil
	table, err = m.SampleTable(t.Context(), corpus(t, bare), rows(1), 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range table.Rows {
		if row[3].Text != "–" {
			t.Errorf("%q is judged %q though nothing is known", row[1].Text, row[3].Text)
		}
	}
	if _, err := m.SampleTable(t.Context(), held, []int{5}, 3); err == nil {
		t.Error("no error for a row that does not exist")
	}
}

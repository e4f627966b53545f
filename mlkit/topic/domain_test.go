package topic_test

import (
	"strings"
	"testing"

	"viva/mlkit/topic"
	"viva/mlkit/view"
)

// twoDomains are documents of two domains, which have one subject in common: the
// first speaks of "a" and "b", the second of "a" and "c".
func twoDomains() (docs [][]string, domains []string) {
	for _, doc := range planted(11, 200, 25, []float64{0.1, 0.1}) {
		docs, domains = append(docs, doc), append(domains, "north")
	}
	for _, doc := range planted(12, 200, 25, []float64{0.1, 0.1}) {
		for i, w := range doc {
			doc[i] = strings.Replace(w, "b", "c", 1)
		}
		docs, domains = append(docs, doc), append(domains, "south")
	}
	return docs, domains
}

func TestSharedTopicsAreFound(t *testing.T) {
	docs, domains := twoDomains()
	b := bags(t, docs)
	d, err := topic.ByDomain(t.Context(), b, domains, topic.LDA{Topics: 2, Iterations: 50})
	if err != nil {
		t.Fatal(err)
	}
	shared, err := d.Share(0)
	if err != nil {
		t.Fatal(err)
	}
	if len(shared) != 1 || shared[0].Similarity < 0.9 {
		t.Fatalf("shared topics %+v, want one", shared)
	}
	for i, k := range shared[0].Topics {
		if w := d.Models[i].TopWords(1)[k][0]; w[0] != 'a' {
			t.Errorf("%s shares its topic of %q", d.Names[i], w)
		}
	}
	if w := shared[0].Words; len(w) != 10 || w[0][0] != 'a' || w[9][0] != 'a' {
		t.Errorf("words %v", w)
	}
	// Nothing is as similar as that.
	if none, err := d.Share(1); err != nil || len(none) != 0 {
		t.Errorf("at similarity 1: %+v, %v", none, err)
	}

	m := fit(t, b, topic.LDA{Topics: 3, Iterations: 50})
	names, shares, err := m.DomainShares(b, domains)
	if err != nil {
		t.Fatal(err)
	}
	for k, row := range shares {
		north := row[0]
		switch m.TopWords(1)[k][0][0] {
		case 'a':
			if north < 0.3 || north > 0.7 {
				t.Errorf("the common topic is %v of %v", row, names)
			}
		case 'b':
			if north < 0.95 {
				t.Errorf("the topic of north is %v of %v", row, names)
			}
		default:
			if north > 0.05 {
				t.Errorf("the topic of south is %v of %v", row, names)
			}
		}
	}
	figure, err := m.DomainFigure(b, domains)
	if err != nil || figure.SVG == "" {
		t.Errorf("figure: %v", err)
	}
	if kinds(d.View()) != "table table" {
		t.Errorf("view shows %s", kinds(d.View()))
	}
	if _, err := topic.ByDomain(t.Context(), b, domains[1:], topic.LDA{}); err == nil || !strings.Contains(err.Error(), "399 domains for 400 documents") {
		t.Errorf("error %v", err)
	}
	domains[7] = ""
	if _, err := topic.ByDomain(t.Context(), b, domains, topic.LDA{}); err == nil || !strings.Contains(err.Error(), "row 7") {
		t.Errorf("error %v", err)
	}
}

// kinds names what a view consists of.
func kinds(items []view.Item) string {
	var all []string
	for _, i := range items {
		switch {
		case i.Table != nil:
			all = append(all, "table")
		case i.Figure != nil:
			all = append(all, "figure")
		case i.Note != nil:
			all = append(all, "note")
		case i.Metric != nil:
			all = append(all, "metric")
		}
	}
	return strings.Join(all, " ")
}

func TestTuning(t *testing.T) {
	b := bags(t, planted(13, 300, 25, []float64{0.1, 0.1, 0.1, 0.1}))
	tuned, err := topic.Tune(t.Context(), b, topic.TuneOptions{Topics: []int{6, 2, 4, 2}, Model: topic.LDA{Iterations: 40}})
	if err != nil {
		t.Fatal(err)
	}
	if len(tuned.Points) != 3 || tuned.Points[0].Topics != 2 || len(tuned.Points[2].Values) != 3 {
		t.Fatalf("points %+v", tuned.Points)
	}
	if tuned.Chosen != 4 {
		t.Errorf("%d topics are chosen of documents with 4: %+v", tuned.Chosen, tuned.Points)
	}
	if kinds(tuned.View()) != "figure table" {
		t.Errorf("view shows %s", kinds(tuned.View()))
	}
	if _, err := topic.Tune(t.Context(), b, topic.TuneOptions{Topics: []int{1}}); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("error %v", err)
	}
}

func TestModelsShowThemselves(t *testing.T) {
	texts := []string{"moon earth moon", "earth orbit", "gene cell", "cell gene moon", ""}
	b := count(t, texts, topic.Words{MinDF: 1, MaxDF: 1})
	n, err := topic.NMF{Topics: 2}.Fit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*topic.Model{fit(t, b, topic.LDA{Topics: 2, Iterations: 9}), n} {
		if got := kinds(m.View()); got != "table figure figure note" {
			t.Errorf("%s shows %s", m.Method(), got)
		}
		table, err := m.RepresentativeTable(texts, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Rows) != 2 || table.Rows[0][3].Text == "" {
			t.Errorf("%s: documents %+v", m.Method(), table.Rows)
		}
		if f, err := m.SizesFigure(); err != nil || f.SVG == "" {
			t.Errorf("%s: %v", m.Method(), err)
		}
	}
}

package prepare_test

import (
	"strings"
	"testing"

	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

func TestAssignCompletesDocumentsAndSaysSo(t *testing.T) {
	c, err := data.New("c", []data.Document{
		{ID: "1", Text: "a", Label: "x", Group: "g", Domain: "sea"},
		{ID: "2", Text: "b", Label: "x"},
		{ID: "g", Text: "c", Label: "y", Domain: "sea"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := prepare.Assign(c, prepare.AssignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Corpus.Groups(), " "); got != "g 2 g'" {
		t.Errorf("groups %q: a document without a group must not join another's", got)
	}
	if got := strings.Join(s.Corpus.Domains(), " "); got != "sea unknown sea" {
		t.Errorf("domains %q", got)
	}
	if s.Before != 3 || s.After != 3 || len(s.Changed) != 2 || len(s.Warnings) != 2 || !strings.HasPrefix(s.Warnings[0], "2 documents had no group") {
		t.Errorf("step %+v", s)
	}
	if c.At(1).Group != "" {
		t.Error("the corpus itself was changed")
	}
}

func TestAssignLeavesCompleteCorporaAlone(t *testing.T) {
	c, err := data.Open(t.Context(), "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := prepare.Assign(c, prepare.AssignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Changed) != 0 || len(s.Warnings) != 0 || s.Corpus.Fingerprint() != c.Fingerprint() {
		t.Errorf("%d changes, warnings %v", len(s.Changed), s.Warnings)
	}
}

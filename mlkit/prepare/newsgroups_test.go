package prepare_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

// fromField is the sender of a message.
var fromField = prepare.Key{Field: "text", Pattern: `(?m)^From: (.*)$`, Name: "sender"}

// On real posts the cues are signatures and names: removing what they give
// away must not destroy the corpus. VIVA_WHOLE_RECIPE=1 takes every step, which
// needs about 15 seconds of processor time.
func TestTwentyNewsgroupsSurvivesPreparation(t *testing.T) {
	path := publicdata.Path(t, "classification/20newsgroups")
	c, err := data.Open(background, path, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := os.Getenv("VIVA_WHOLE_RECIPE") == "1"
	easy := prepare.EasyOptions{}
	if whole {
		easy.MinCertainty, easy.Near = 0.99, 0.5
	}
	begun := time.Now()
	r := run(t, background, c, prepare.Recipe{Name: "20 Newsgroups", Seed: 1, Stages: []prepare.Stage{
		prepare.NormaliseOptions{}, prepare.EmptyOptions{}, prepare.DuplicateOptions{},
		prepare.GroupOptions{By: []prepare.Key{{Field: "group"}, fromField}, IgnoreCopies: !whole}, prepare.AssignOptions{},
		easy, prepare.BalanceOptions{},
	}})
	t.Logf("%d of %d posts left after %.1f s", r.Output.Documents, r.Input.Documents, time.Since(begun).Seconds())
	clean, empty, unique, grouped, hard, balanced := r.Steps[0], r.Steps[1], r.Steps[2], r.Steps[3], r.Steps[5], r.Steps[6]
	if again := must(t)(prepare.Normalise(background, clean.Corpus, prepare.NormaliseOptions{})); len(again.Changed) != 0 {
		t.Errorf("normalising again changes %d posts, the first %+v", len(again.Changed), again.Changed[0])
	}
	if n := len(empty.Removed); n > 100 {
		t.Errorf("%d posts have no word", n)
	}
	if n := len(unique.Removed); n < 100 || n > 400 {
		t.Errorf("%d copies were removed", n)
	}
	// Threads and authors together are one huge group, and the author is to blame.
	if len(grouped.Warnings) != 2 || !strings.Contains(grouped.Warnings[0], `The key "sender" did it`) {
		t.Errorf("warnings %q", grouped.Warnings)
	}
	threads, of := map[string]string{}, grouped.Corpus.Groups()
	for row, thread := range unique.Corpus.Groups() {
		if g, ok := threads[thread]; ok && g != of[row] {
			t.Fatalf("the thread %q was torn apart", thread)
		}
		threads[thread] = of[row]
	}
	if share := float64(len(hard.Removed)) / float64(hard.Before); share < 0.05 || share > 0.25 {
		t.Errorf("%.3f of the posts were removed as easy", share)
	}
	_, before := unique.Corpus.ClassCounts()
	classes, after := hard.Corpus.ClassCounts()
	for i, class := range classes {
		if after[i] < 0.6*before[i] {
			t.Errorf("of %s, %v of %v posts are left", class, after[i], before[i])
		}
	}
	if len(classes) != 20 {
		t.Errorf("%d classes are left", len(classes))
	}
	if len(balanced.Removed) != 0 || len(balanced.Warnings) != 1 {
		t.Errorf("removed %d posts of classes that have one domain each; warnings %q", len(balanced.Removed), balanced.Warnings)
	}
}

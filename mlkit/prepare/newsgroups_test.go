package prepare_test

import (
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

// On real posts the cues are signatures and names: removing what they give
// away must not destroy the corpus.
func TestTwentyNewsgroupsSurvivesPreparation(t *testing.T) {
	path := publicdata.Path(t, "classification/20newsgroups")
	c, err := data.Open(background, path, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := must(t)(prepare.Deduplicate(background, c, prepare.DuplicateOptions{}))
	if n := len(whole.Removed); n < 100 || n > 400 {
		t.Errorf("%d copies were removed", n)
	}
	easy := must(t)(prepare.RemoveEasy(background, whole.Corpus, prepare.EasyOptions{}))
	if share := float64(len(easy.Removed)) / float64(easy.Before); share < 0.05 || share > 0.25 {
		t.Errorf("%.2f of the posts were removed as easy", share)
	}
	_, before := whole.Corpus.ClassCounts()
	classes, after := easy.Corpus.ClassCounts()
	for i, class := range classes {
		if after[i] < 0.6*before[i] {
			t.Errorf("of %s, %v of %v posts are left", class, after[i], before[i])
		}
	}
	if len(classes) != 20 {
		t.Errorf("%d classes are left", len(classes))
	}
	balanced := must(t)(prepare.BalanceDomains(easy.Corpus, prepare.BalanceOptions{}))
	if len(balanced.Removed) != 0 || len(balanced.Warnings) != 1 {
		t.Errorf("removed %d posts of classes that have one domain each; warnings %q", len(balanced.Removed), balanced.Warnings)
	}
}

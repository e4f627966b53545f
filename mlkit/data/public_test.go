package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"viva/internal/publicdata"
	"viva/mlkit/data"
)

// The counts of the tests below are those of the public data's MANIFEST.md,
// which were made by other programs.

// census counts what a corpus has in each split.
func census(c *data.Corpus) map[string]int {
	n := map[string]int{"documents": c.Len(), "classes": len(c.Classes())}
	for _, d := range c.Documents() {
		split := d.Split
		if split == "" {
			split = "unused"
		}
		n[split]++
		n[split+" phrases"] += len(d.Keyphrases)
		for _, e := range d.Entities {
			n[split+" "+e.Type]++
		}
		for _, r := range d.Relations {
			n[split+" "+r.Type]++
		}
	}
	return n
}

// expect compares the counts that are named.
func expect(t *testing.T, got, want map[string]int) {
	t.Helper()
	for what, n := range want {
		if got[what] != n {
			t.Errorf("%s: %d, want %d", what, got[what], n)
		}
	}
}

func warned(t *testing.T, c *data.Corpus, wants ...string) {
	t.Helper()
	got := strings.Join(c.Warnings(), "\n")
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("the warnings\n%s\ndo not say %q", got, want)
		}
	}
}

func TestInspec(t *testing.T) {
	path := publicdata.Path(t, "keyphrase/inspec")
	for _, tc := range []struct {
		gold     string
		phrases  map[string]int
		verbatim map[string]string
	}{
		{"", map[string]int{"train phrases": 9788, "validation phrases": 4575, "test phrases": 4913},
			map[string]string{"train": "77.4", "validation": "77.3", "test": "78.9"}},
		{"controlled", map[string]int{"train phrases": 4469, "validation phrases": 2223, "test phrases": 2253},
			map[string]string{"train": "18.8", "validation": "19.5", "test": "18.8"}},
	} {
		c := open(t, path, data.Options{Gold: tc.gold})
		expect(t, census(c), map[string]int{"documents": 2000, "train": 1000, "validation": 500, "test": 500})
		expect(t, census(c), tc.phrases)
		found, all := map[string]int{}, map[string]int{}
		for _, d := range c.Documents() {
			text := wordsOf(d.Text)
			for _, k := range d.Keyphrases {
				all[d.Split]++
				if strings.Contains(text, wordsOf(k)) {
					found[d.Split]++
				}
			}
			if strings.ContainsAny(d.Text, "\t\r") || d.Title == "" || !strings.HasPrefix(d.Text, d.Title+"\n") {
				t.Errorf("%s: title %q of %q", d.ID, d.Title, d.Text)
			}
		}
		for split, want := range tc.verbatim {
			if got := fmt.Sprintf("%.1f", 100*float64(found[split])/float64(all[split])); got != want {
				t.Errorf("%s: %s %% of the phrases are in the text, want %s", split, got, want)
			}
		}
	}
	both := open(t, path, data.Options{Gold: "both"})
	if d, want := both.At(both.Find("1932")), "safe problem; mn locks; linear equations; modulo 2 residue class; (0; 1)-matrices; computer games; linear Diophantine equations; matrix algebra"; strings.Join(d.Keyphrases, "; ") != want {
		t.Errorf("phrases %q, want %q", d.Keyphrases, want)
	}
}

// wordsOf returns the words of a text in lower case, between single spaces.
func wordsOf(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' })
	return " " + strings.Join(words, " ") + " "
}

func TestSemEval2010Task5(t *testing.T) {
	path := publicdata.Path(t, "keyphrase/semeval2010-t5")
	for gold, want := range map[string]map[string]int{
		"":       {"documents": 244, "train": 144, "test": 100, "train phrases": 2223, "test phrases": 1466},
		"author": {"documents": 244, "train phrases": 559, "test phrases": 387},
		"reader": {"documents": 244, "train phrases": 1824, "test phrases": 1204},
	} {
		c := open(t, path, data.Options{Gold: gold})
		expect(t, census(c), want)
		for _, d := range c.Documents() {
			if d.Stemmed != (d.Split == data.Test) {
				t.Fatalf("%s of %s: stemmed is %v", d.ID, d.Split, d.Stemmed)
			}
			if d.Alternatives != nil && len(d.Alternatives) != len(d.Keyphrases) {
				t.Fatalf("%s: %d phrases with %d lists of spellings", d.ID, len(d.Keyphrases), len(d.Alternatives))
			}
		}
	}
	c := open(t, path, data.Options{})
	d := c.At(c.Find("C-41"))
	i := slices.Index(d.Keyphrases, "end-to-end quality of service")
	if i < 0 || !slices.Equal(d.Alternatives[i], []string{"service end-to-end quality"}) {
		t.Errorf("the spellings of a phrase of C-41 are lost: %q %q", d.Keyphrases, d.Alternatives)
	}
	if text := c.At(c.Find("C-86")).Text; !strings.HasPrefix(text, "Addressing Strategic Behavior in a Deployed Microeconomic Resource Allocator") || len(strings.Fields(text)) < 5000 {
		t.Errorf("C-86 has %d bytes and begins %.100q", len(text), text)
	}
}

func TestKeysInAnArchive(t *testing.T) {
	c := open(t, publicdata.Path(t, "keyphrase/semeval2010-t5/SemEval2010.zip"), data.Options{})
	expect(t, census(c), map[string]int{"documents": 243, "unused phrases": 2266 + 1519})
}

func TestScienceIE(t *testing.T) {
	c := open(t, publicdata.Path(t, "keyphrase/scienceie2017"), data.Options{})
	got := census(c)
	expect(t, got, map[string]int{
		"documents": 500, "train": 350, "validation": 50, "test": 100,
		"train Process": 2992, "train Material": 2608, "train Task": 1132,
		"validation Process": 458, "validation Material": 567, "validation Task": 137,
		"test Process": 954, "test Material": 904, "test Task": 194,
		"train Hyponym-of": 420, "validation Hyponym-of": 123, "test Hyponym-of": 95,
		"train phrases": 5943, "validation phrases": 995, "test phrases": 1693,
		// MANIFEST counts 253, 45 and 112 lines; of those in train seven name
		// three entities (two pairs more each) and one names five (nine more),
		// of those in test one names three.
		"train Synonym-of": 253 + 7*2 + 9, "validation Synonym-of": 45, "test Synonym-of": 112 + 2,
	})
	warned(t, c, "7 names of files are in more than one split", "1 entity has gaps")
	if d := c.At(c.Find("test/S0010482516301810")); d.Domain != "0010-4825" || d.Group != "S0010482516301810" {
		t.Errorf("domain %q, group %q", d.Domain, d.Group)
	}
}

func TestReuters(t *testing.T) {
	c := open(t, publicdata.Path(t, "classification/reuters21578"), data.Options{})
	expect(t, census(c), map[string]int{"documents": 21578, "train": 9603, "test": 3299, "unused": 8676})
	topics := map[string]map[string]bool{"train": {}, "test": {}, "": {}}
	single := map[string]map[string]int{"train": {}, "test": {}, "": {}}
	total := map[string]int{}
	timeless := 0
	for _, d := range c.Documents() {
		for _, l := range d.Labels {
			topics[d.Split][l] = true
		}
		if d.Label != "" {
			single[d.Split][d.Label]++
			total[d.Split]++
		}
		if d.Time.IsZero() {
			timeless++
		}
	}
	both := 0
	for l := range topics["train"] {
		if topics["test"][l] {
			both++
		}
	}
	r52 := map[string]int{}
	for l, n := range single["train"] {
		if m := single["test"][l]; m > 0 {
			r52["labels"]++
			r52["train"] += n
			r52["test"] += m
		}
	}
	expect(t, map[string]int{"topics": len(topics["train"]), "both": both, "single train": total["train"], "single test": total["test"], "timeless": timeless},
		map[string]int{"topics": 115, "both": 90, "single train": 6552, "single test": 2581, "timeless": 1})
	expect(t, r52, map[string]int{"labels": 52, "train": 6532, "test": 2568})
	warned(t, c, "1 file was not UTF-8 and read as Latin-1", "1 date could not be read")
	d := c.At(0)
	if d.ID != "1" || d.Title != "BAHIA COCOA REVIEW" || d.Domain != "el-salvador" || d.Group != "BAHIA-COCOA-REVIEW" || d.Label != "cocoa" ||
		d.Time.Format("2006-01-02 15:04:05.00") != "1987-02-26 15:01:01.79" || !strings.HasPrefix(d.Text, "BAHIA COCOA REVIEW\nShowers continued") {
		t.Errorf("the first story is %+v", d)
	}
	for _, d := range c.Documents() {
		if strings.ContainsFunc(d.Text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }) || strings.Contains(d.Text, "&lt;") || strings.Contains(d.Text, "<TITLE>") {
			t.Fatalf("story %s has markup or control characters: %q", d.ID, d.Text)
		}
	}
	lewis := open(t, publicdata.Path(t, "classification/reuters21578"), data.Options{Scheme: "modlewis"})
	// Counts of section VIII.A of the collection's README.
	expect(t, census(lewis), map[string]int{"train": 13625, "test": 6188, "unused": 1765})
}

func TestR8(t *testing.T) {
	c := open(t, publicdata.Path(t, "classification/r8"), data.Options{})
	expect(t, census(c), map[string]int{"documents": 7674, "classes": 8, "train": 5485, "test": 2189})
	got := map[string]int{}
	for _, d := range c.Documents() {
		got[d.Split+" "+d.Label]++
	}
	want := map[string]int{
		"train earn": 2840, "test earn": 1083, "train acq": 1596, "test acq": 696, "train crude": 253, "test crude": 121, "train trade": 251, "test trade": 75,
		"train money-fx": 206, "test money-fx": 87, "train interest": 190, "test interest": 81, "train ship": 108, "test ship": 36, "train grain": 41, "test grain": 10,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAGNews(t *testing.T) {
	c := open(t, publicdata.Path(t, "classification/ag_news-test"), data.Options{})
	expect(t, census(c), map[string]int{"documents": 7600, "classes": 4, "test": 7600})
	classes, n := c.ClassCounts()
	if !slices.Equal(classes, []string{"Business", "Sci/Tech", "Sports", "World"}) || !slices.Equal(n, []float64{1900, 1900, 1900, 1900}) {
		t.Errorf("classes %q %v", classes, n)
	}
	if d := c.At(0); d.Title != "Fears for T N pension after talks" || !strings.HasPrefix(d.Text, d.Title+"\nUnions representing") || d.Label != "Business" {
		t.Errorf("first row %+v", d)
	}
}

func TestM10(t *testing.T) {
	c := open(t, publicdata.Path(t, "topics/m10"), data.Options{})
	expect(t, census(c), map[string]int{"documents": 8355, "classes": 10, "train": 5847, "validation": 1254, "test": 1254})
	known := map[string]bool{}
	for _, w := range c.Vocabulary() {
		known[w] = true
	}
	words := 0
	for _, text := range c.Texts() {
		for w := range strings.FieldsSeq(text) {
			words++
			if !known[w] {
				t.Fatalf("%q is not in the vocabulary", w)
			}
		}
	}
	if mean := fmt.Sprintf("%.1f", float64(words)/float64(c.Len())); len(known) != 1696 || mean != "5.9" {
		t.Errorf("vocabulary of %d words, %s words in a text; want 1696 and 5.9", len(known), mean)
	}
}

func TestSemEval2010Task8(t *testing.T) {
	c := open(t, publicdata.Path(t, "relation/semeval2010-t8"), data.Options{})
	expect(t, census(c), map[string]int{
		"documents": 10717, "train": 8000, "test": 2717, "classes": 19, "train Other": 1410, "test Other": 454,
		"train e1": 8000, "train e2": 8000, "test e1": 2717, "test e2": 2717,
	})
	got := map[string]int{}
	for _, d := range c.Documents() {
		got[d.Split+" "+d.Label]++
		if len(d.Relations) != 1 || strings.Contains(d.Text, "<e") || strings.Contains(d.Text, "Comment:") {
			t.Fatalf("%s: %+v", d.ID, d)
		}
	}
	expect(t, got, map[string]int{"train Entity-Destination(e2,e1)": 1, "test Entity-Destination(e2,e1)": 1})
	d := c.At(c.Find("1"))
	if r := d.Relations[0]; r.Type != "Component-Whole" || r.Head.Text != "elements" || r.Tail.Text != "configuration" || d.Entities[0].Text != "configuration" ||
		d.Text != "The system as described above has its greatest application in an arrayed configuration of antenna elements." {
		t.Errorf("the first example is %+v", d)
	}
}

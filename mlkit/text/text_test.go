package text_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"viva/mlkit/text"
)

// words is the definition that the scanner is a fast form of.
var words = regexp.MustCompile(`[\pL\pN_]{2,}`)

func checkTokens(t interface{ Errorf(string, ...any) }, s string) {
	got, want := text.Tokens(s), words.FindAllString(strings.ToLower(s), -1)
	if !slices.Equal(got, want) {
		t.Errorf("tokens of %q: %q, want %q", s, got, want)
	}
}

// special holds the letters whose lower-case form ToLower gets wrong; the
// recorded cases have them.
const special = "Σİ"

func TestTokensAreWhatTheExpressionFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(
			rapid.RuneFrom([]rune("abAB09_ -.\n")),
			rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.M, unicode.P, unicode.Z),
		).Filter(func(r rune) bool { return !strings.ContainsRune(special, r) })).Draw(t, "text")
		checkTokens(t, s)
	})
}

func FuzzTokens(f *testing.F) {
	f.Add("The cat's 2 mats_\xff\u00a0naïve")
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.ContainsAny(s, special) {
			checkTokens(t, s)
		}
		for _, analyzer := range []string{"char", "char_wb", "word"} {
			if _, err := text.Count(t.Context(), []string{s}, text.Options{Analyzer: analyzer, MaxN: 3}); err != nil {
				t.Error(err)
			}
		}
	})
}

func drawTexts(t *rapid.T) []string {
	word := rapid.SampledFrom([]string{"ant", "bee", "cow", "dog", "eel", "fox"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "words"), " ")
	}), 2, 30).Draw(t, "texts")
}

// What a vocabulary learned from some rows says of any row must not depend on
// the texts in the other rows.
func TestFitSeesItsRowsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := drawTexts(t)
		cut := rapid.IntRange(1, len(texts)-1).Draw(t, "training texts")
		opt := text.Options{MinDF: rapid.IntRange(0, 2).Draw(t, "MinDF"), Sublinear: true, MaxN: 2}
		rows := make([]int, cut)
		for i := range rows {
			rows[i] = i
		}
		all, err := text.Count(context.Background(), texts, opt)
		if err != nil {
			t.Fatal(err)
		}
		within, err := all.Fit(rows)
		alone, errAlone := text.Vectorizer{Options: opt}.Fit(context.Background(), texts[:cut])
		if (err == nil) != (errAlone == nil) {
			t.Fatalf("errors %v and %v", err, errAlone)
		}
		if err != nil {
			return
		}
		if within.Fingerprint() != alone.Fingerprint() {
			t.Fatalf("the vocabulary depends on other texts:\n%q\n%q", within.Terms(), alone.Terms())
		}
		// The same counts, and counts of the texts made anew, give the same.
		a, err := within.Transform(all, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := alone.TransformTexts(context.Background(), texts)
		if err != nil {
			t.Fatal(err)
		}
		if a.Fingerprint() != b.Fingerprint() {
			t.Fatal("weights differ between shared and fresh counts")
		}
	})
}

func TestRowsHaveLengthOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, x, err := text.Vectorizer{Options: text.Options{Sublinear: rapid.Bool().Draw(t, "sublinear")}}.FitTransform(context.Background(), drawTexts(t))
		if err != nil {
			t.Fatal(err)
		}
		for i := range x.Rows() {
			_, values := x.Row(i)
			sum := 0.0
			for _, v := range values {
				sum += v * v
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Fatalf("row %d has length %v", i, math.Sqrt(sum))
			}
		}
	})
}

func TestCountsDoNotDependOnWorkers(t *testing.T) {
	var texts []string
	for i := range 500 {
		texts = append(texts, strings.Repeat("word"+string(rune('a'+i%26))+" ", i%7)+"common text "+string(rune('a'+i%11)))
	}
	fingerprint := func(workers int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		c, err := text.Count(t.Context(), texts, text.Options{MaxN: 2, Hash: 100, Also: []text.Options{{Analyzer: "char_wb", MinN: 2, MaxN: 4}}})
		if err != nil {
			t.Fatal(err)
		}
		return c.Fingerprint()
	}
	one := fingerprint(1)
	for _, workers := range []int{2, 3, 8} {
		if fingerprint(workers) != one {
			t.Errorf("%d workers count differently from one", workers)
		}
	}
}

func TestCountsOfTerms(t *testing.T) {
	c, err := text.Count(t.Context(), []string{"bee cow bee", "dog"}, text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		row   int
		term  string
		count int
	}{{0, "bee", 2}, {0, "cow", 1}, {0, "dog", 0}, {1, "dog", 1}, {1, "eel", 0}, {2, "dog", 0}} {
		if got := c.Of(want.row, want.term); got != want.count {
			t.Errorf("%q in row %d: %d, want %d", want.term, want.row, got, want.count)
		}
	}
	if c.Length(0) != 3 || c.Documents() != 2 || c.Terms() != 3 {
		t.Errorf("length %d, documents %d, terms %d", c.Length(0), c.Documents(), c.Terms())
	}
}

func TestEmptyTextsAreAWarning(t *testing.T) {
	c, err := text.Count(t.Context(), []string{"some words", "", "a !"}, text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "2 of 3 documents have no term: rows [1 2]") {
		t.Errorf("warnings %q", c.Warnings)
	}
	v, err := c.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "2 of 3 training documents") {
		t.Errorf("warnings %q", v.Warnings)
	}
}

func TestBadInputIsExplained(t *testing.T) {
	count := func(opt text.Options, texts ...string) func() error {
		return func() error {
			c, err := text.Count(t.Context(), texts, opt)
			if err == nil {
				_, err = c.Fit(nil)
			}
			return err
		}
	}
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"no texts", count(text.Options{}), "no texts"},
		{"unknown analyzer", count(text.Options{Analyzer: "words"}, "a b"), `analyzer "words"`},
		{"n-grams the wrong way round", count(text.Options{MinN: 3, MaxN: 2}, "a b"), "n-grams of 3 to 2"},
		{"share above 1", count(text.Options{MaxDF: 2}, "a b"), "MaxDF 2"},
		{"unknown norm", count(text.Options{Norm: "l3"}, "a b"), `norm "l3"`},
		{"stop words for characters", count(text.Options{Analyzer: "char", StopWords: []string{"a"}}, "a b"), "stop words"},
		{"negative lead", count(text.Options{Lead: -1}, "a b"), "Lead -1"},
		{"negative buckets", count(text.Options{Hash: -1}, "a b"), "Hash -1"},
		{"negative weight", count(text.Options{Weight: -1}, "ab cd"), "weight -1"},
		{"blocks of blocks", count(text.Options{Also: []text.Options{{Also: []text.Options{{}}}}}, "ab cd"), "put all into one list"},
		{"bad block", count(text.Options{Also: []text.Options{{Analyzer: "chars"}}}, "ab cd"), `"chars": it must be "word", "char" or "char_wb" (block 1 of Also)`},
		{"joined counts of something else", func() error {
			c, err := text.Count(t.Context(), []string{"cat"}, text.Options{MaxN: 2})
			if err == nil {
				_, err = text.Join(text.Options{}, []*text.Counts{c})
			}
			return err
		}, "only weights and vocabulary may differ"},
		{"classes without labels", count(text.Options{Also: []text.Options{{ByClass: true}}}, "cat", "dog"), "need labels: use FitClasses"},
		{"labels of others", func() error {
			c, err := text.Count(t.Context(), []string{"cat"}, text.Options{ByClass: true})
			if err == nil {
				_, err = c.FitClasses(nil, []string{"x", "y"})
			}
			return err
		}, "2 labels for the counts of 1 documents"},
		{"nothing frequent enough", count(text.Options{MinDF: 3}, "cat", "dog"), "loosen MinDF"},
		{"row that is not there", func() error {
			c, err := text.Count(t.Context(), []string{"cat"}, text.Options{})
			if err == nil {
				_, err = c.Fit([]int{1})
			}
			return err
		}, "row 1 of 1"},
		{"other options", func() error {
			v, err := text.Vectorizer{}.Fit(t.Context(), []string{"cat"})
			if err != nil {
				return err
			}
			c, err := text.Count(t.Context(), []string{"cat"}, text.Options{MaxN: 2})
			if err == nil {
				_, err = v.Transform(c, nil)
			}
			return err
		}, "use the same options"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	c, err := text.Count(t.Context(), []string{"cat"}, text.Options{MinDF: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Fit(nil); !errors.Is(err, text.ErrNoTerms) {
		t.Errorf("error %v, want ErrNoTerms", err)
	}
}

func TestCountEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := text.Count(ctx, []string{"cat"}, text.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
}

func TestEnglishStopWords(t *testing.T) {
	words := text.EnglishStopWords()
	if len(words) != 318 || !slices.IsSorted(words) || !slices.Contains(words, "whereupon") {
		t.Errorf("%d words, %v", len(words), words)
	}
}

// The lead of a text is counted as a text that ends there would be.
func TestLeadIsTheFirstWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gap := rapid.SampledFrom([]string{" ", "  ", "\n\t", "\u00a0"})
		whole, cut := "", ""
		lead := rapid.IntRange(1, 5).Draw(t, "lead")
		words := rapid.IntRange(1, 8).Draw(t, "words")
		for i := range words {
			whole += rapid.SampledFrom([]string{"ant", "Bee,", "e.g.", "-", "naïve", "x"}).Draw(t, "word")
			if i < lead {
				cut = whole
			}
			whole += gap.Draw(t, "gap")
		}
		if words < lead {
			cut = whole
		}
		opt := text.Options{Analyzer: rapid.SampledFrom([]string{"word", "char", "char_wb"}).Draw(t, "analyzer"), MaxN: 3, Lead: lead}
		led, err := text.Count(t.Context(), []string{whole}, opt)
		if err != nil {
			t.Fatal(err)
		}
		again, err := text.Count(t.Context(), []string{cut}, opt)
		if err != nil {
			t.Fatal(err)
		}
		if led.Fingerprint() != again.Fingerprint() {
			t.Errorf("%q led by %d words differs from %q", whole, lead, cut)
		}
		opt.Lead = 0
		plain, err := text.Count(t.Context(), []string{cut}, opt)
		if err != nil {
			t.Fatal(err)
		}
		if led.Terms() != plain.Terms() || led.Length(0) != plain.Length(0) {
			t.Errorf("%q led by %d words has %d terms, %q has %d", whole, lead, led.Length(0), cut, plain.Length(0))
		}
	})
}

// A block of the lead has terms of its own, which a person can tell from those of
// the whole text, and naive Bayes, which counts words, does not see twice.
func TestLeadAsABlock(t *testing.T) {
	opt := text.Options{Also: []text.Options{{Lead: 2}}}
	texts := []string{"oil price falls as dollar rises", "dollar up while oil waits"}
	v, err := text.Vectorizer{Options: opt}.Fit(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for column := range v.Features() {
		shown = append(shown, v.Shown(column))
	}
	if got, want := strings.Join(shown, " "), "as dollar falls oil price rises up waits while dollar (lead) oil (lead) price (lead) up (lead)"; got != want {
		t.Errorf("terms %s, want %s", got, want)
	}
	if got := v.WordFeatures(); got != 9 {
		t.Errorf("%d features are of words, want 9", got)
	}
	if got, want := opt.String(), "words; words of the first 2 words"; got != want {
		t.Errorf("options %q, want %q", got, want)
	}
}

// Counts that were joined give the weights that counting anew gives.
func TestJoinedCountsAreThoseCounted(t *testing.T) {
	texts := strings.Split("the cat sat on the mat|a dog and a cat|mats for dogs|sat nav", "|")
	words, characters, lead := text.Options{MaxN: 2}, text.Options{Analyzer: "char_wb", MinN: 2, MaxN: 3}, text.Options{Lead: 3}
	var parts []*text.Counts
	for _, o := range []text.Options{words, characters, lead} {
		c, err := text.Count(t.Context(), texts, o)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, c)
	}
	opt := words
	opt.Sublinear, opt.MinDF = true, 2
	characters.Weight, characters.Binary = 0.3, true
	opt.Also = []text.Options{characters, lead}
	joined, err := text.Join(opt, parts)
	if err != nil {
		t.Fatal(err)
	}
	counted, err := text.Count(t.Context(), texts, opt)
	if err != nil {
		t.Fatal(err)
	}
	if joined.Fingerprint() != counted.Fingerprint() {
		t.Error("counts that were joined differ from those counted at once")
	}
	rows := []int{0, 1, 3}
	var weights []string
	for _, c := range []*text.Counts{joined, counted} {
		v, err := c.Fit(rows)
		if err != nil {
			t.Fatal(err)
		}
		x, err := v.Transform(counted, nil)
		if err != nil {
			t.Fatal(err)
		}
		weights = append(weights, x.Fingerprint())
		b, err := v.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read text.TFIDF
		if err := read.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if x, err = read.Transform(counted, nil); err != nil {
			t.Fatal(err)
		}
		weights = append(weights, x.Fingerprint())
	}
	for _, w := range weights {
		if w != weights[0] {
			t.Errorf("weights differ: %q", weights)
		}
	}
}

// n terms thrown into m buckets fill about m (1 − exp(−n/m)) of them, and
// another seed has other terms meet.
func TestTermsShareBuckets(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "term%d ", i)
	}
	var fingerprints []string
	for seed := range int64(2) {
		c, err := text.Count(t.Context(), []string{b.String()}, text.Options{Hash: 1000, HashSeed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if want := 1000 * (1 - math.Exp(-3)); math.Abs(float64(c.Terms())-want) > 30 {
			t.Errorf("3000 terms are in %d of 1000 buckets, about %.0f were to be expected", c.Terms(), want)
		}
		if c.Length(0) != 3000 {
			t.Errorf("%d occurrences, want 3000", c.Length(0))
		}
		fingerprints = append(fingerprints, c.Fingerprint())
	}
	if fingerprints[0] == fingerprints[1] {
		t.Error("both seeds give the same counts")
	}
}

// Whatever the bytes are, reading them ends with a vectoriser or an error.
func FuzzReadingVectorisers(f *testing.F) {
	for _, o := range []text.Options{{}, {Also: []text.Options{{Analyzer: "char", MinN: 2}}}} {
		v, err := text.Vectorizer{Options: o}.Fit(f.Context(), []string{"cat dog", "dog"})
		if err != nil {
			f.Fatal(err)
		}
		b, err := v.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-4])
		f.Add(b[5:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v text.TFIDF
		if v.UnmarshalBinary(b) != nil {
			return
		}
		if _, err := v.TransformTexts(t.Context(), []string{"cat and dog"}); err != nil {
			t.Fatal(err)
		}
	})
}

package topic_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/mlkit/topic"
)

func count(t testing.TB, texts []string, w topic.Words) *topic.Bags {
	t.Helper()
	b, err := topic.Count(t.Context(), texts, w)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWordsAreChosen(t *testing.T) {
	texts := []string{
		"The Moon orbits the Earth; moons of JUPITER orbit Jupiter.",
		"x86 and ab: the moon, naïve café, 2024 moon_base",
		"moon",
		"12 ab",
	}
	for _, c := range []struct {
		name  string
		words topic.Words
		want  string
	}{
		{"default but rare words", topic.Words{MinDF: 1, MaxDF: 1}, "café earth jupiter moon moons naïve orbit orbits"},
		{"short words too", topic.Words{MinDF: 1, MaxDF: 1, MinLength: 2}, "ab café earth jupiter moon moons naïve orbit orbits"},
		{"stop words too", topic.Words{MinDF: 1, MaxDF: 1, StopWords: "none"}, "and café earth jupiter moon moons naïve orbit orbits the"},
		{"more stop words", topic.Words{MinDF: 1, MaxDF: 1, MoreStopWords: []string{"Jupiter"}}, "café earth moon moons naïve orbit orbits"},
		{"not in most documents", topic.Words{MinDF: 1}, "café earth jupiter moons naïve orbit orbits"},
		{"in several documents", topic.Words{MinDF: 2, MaxDF: 1}, "moon"},
		{"the most frequent", topic.Words{MinDF: 1, MaxDF: 1, MaxTerms: 3}, "café earth moon"},
	} {
		if got := strings.Join(count(t, texts, c.words).Terms(), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	b := count(t, texts, topic.Words{MinDF: 1, MaxDF: 1})
	if b.Length(0) != 7 || b.DocumentFrequency("moon") != 3 || b.DocumentFrequency("zebra") != 0 || b.Tokens() != 11 {
		t.Errorf("%d words in row 0, moon in %d documents, %d tokens", b.Length(0), b.DocumentFrequency("moon"), b.Tokens())
	}
	if len(b.Warnings) != 1 || !strings.Contains(b.Warnings[0], "1 of 4 documents have no term and therefore no topics: rows [3]") {
		t.Errorf("warnings %q", b.Warnings)
	}
}

func TestMistakesOfWordsAreNamed(t *testing.T) {
	for _, c := range []struct {
		texts []string
		words topic.Words
		want  string
	}{
		{nil, topic.Words{}, "no documents"},
		{[]string{"a lone text"}, topic.Words{}, "no terms are left of 2 different words in 1 documents"},
		{[]string{"text"}, topic.Words{StopWords: "german"}, `stop words "german"`},
		{[]string{"text"}, topic.Words{MaxDF: 5}, "MaxDF 5"},
		{[]string{"text"}, topic.Words{MinDF: -1}, "MinDF -1"},
	} {
		if _, err := topic.Count(t.Context(), c.texts, c.words); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %+v: error %v, want %q in it", c.texts, c.words, err, c.want)
		}
	}
}

// Selected bags are those of the selected documents alone.
func TestSelectIsCountingAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d")), 1, 5), 2, 9).Draw(t, "docs")
		w := topic.Words{MinDF: 1, MaxDF: 1}
		b, err := topic.FromTokens(docs, w)
		if err != nil {
			t.Fatal(err)
		}
		rows := rapid.SliceOfN(rapid.IntRange(0, len(docs)-1), 1, 5).Draw(t, "rows")
		selected, err := b.Select(rows)
		if err != nil {
			t.Fatal(err)
		}
		var part [][]string
		for _, r := range rows {
			part = append(part, docs[r])
		}
		want, err := topic.FromTokens(part, w)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(selected.Terms(), want.Terms()) || selected.Fingerprint() != want.Fingerprint() || selected.Tokens() != want.Tokens() {
			t.Errorf("selected %v of %v: terms %v, want %v", rows, docs, selected.Terms(), want.Terms())
		}
	})
}

func TestFingerprintsTellBagsApart(t *testing.T) {
	w := topic.Words{MinDF: 1, MaxDF: 1}
	seen := map[string]int{}
	for i, docs := range [][][]string{{{"a", "b"}, {"c"}}, {{"a"}, {"b", "c"}}, {{"b", "a"}, {"c"}}, {{"a", "b"}, {"c"}, {}}} {
		b, err := topic.FromTokens(docs, w)
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := seen[b.Fingerprint()]; ok {
			t.Errorf("documents %d and %d have the same fingerprint", i, j)
		}
		seen[b.Fingerprint()] = i
	}
}

// Nothing keeps what it was given.
func TestBagsKeepToThemselves(t *testing.T) {
	docs := [][]string{{"a", "b"}, {"a"}}
	more := []string{"zebra"}
	b, err := topic.FromTokens(docs, topic.Words{MinDF: 1, MaxDF: 1, MoreStopWords: more})
	if err != nil {
		t.Fatal(err)
	}
	before := b.Fingerprint()
	docs[0][0], more[0] = "x", "y"
	b.Terms()[0] = "x"
	b.Options().MoreStopWords[0] = "x"
	if b.Fingerprint() != before {
		t.Error("bags changed with what they were made of")
	}
	if diff := cmp.Diff([]string{"a", "b"}, b.Terms()); diff != "" {
		t.Error(diff)
	}
}

package data

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// datasheetCounts reads the tables of the datasheet: "| what | count |", and
// one of classes by domains.
func datasheetCounts(t *testing.T) map[string]int {
	t.Helper()
	raw, err := os.ReadFile("sample/DATASHEET.md")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	var header []string
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) < 2:
			header = nil
			continue
		case header == nil:
			header = cells
			continue
		}
		for i, cell := range cells[1:] {
			n, err := strconv.Atoi(strings.ReplaceAll(cell, ",", ""))
			if err != nil {
				continue // the line under the header
			}
			name := cells[0]
			if header[0] == "class" {
				name = header[i+1] + " passages of the class " + cells[0]
			}
			counts[name] = n
		}
	}
	return counts
}

// The datasheet says what was planted; the corpus must have just that.
func TestSampleIsWhatItsDatasheetSays(t *testing.T) {
	want := datasheetCounts(t)
	passages, err := samplePassages()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{"documents": len(passages)}
	add := func(format string, args ...any) { got[fmt.Sprintf(format, args...)]++ }
	seen := map[string]bool{}
	once := func(what, value string) {
		if !seen[what+value] {
			seen[what+value] = true
			got[what]++
		}
	}
	splitsOf := map[string]map[string]bool{}
	byID := map[string]passage{}
	for _, p := range passages {
		d := p.doc
		byID[d.ID] = p
		add("documents in the old %s split", d.Split)
		if p.original != "" {
			o := byID[p.original].doc
			add("%s copies", p.kind)
			if o.Split != d.Split {
				add("copies in another split than the original")
			}
			if o.Label != d.Label {
				add("copies with another class than the original")
			}
			continue
		}
		got["passages"]++
		once("articles", d.Group)
		once("domains", d.Domain)
		once("classes", d.Label)
		got["keyphrases"] += len(d.Keyphrases)
		got["relations"] += len(d.Relations)
		for _, r := range d.Relations {
			once("types of relations", r.Type)
			add("relations %s", r.Type)
			if r.Tail.Start < r.Head.Start {
				add("relations whose tail comes first")
			}
		}
		got["words"] += d.Words()
		add("%s passages of the class %s", d.Domain, d.Label)
		if p.cue {
			add("passages of the class %s with the cue", d.Label)
		}
		if splitsOf[d.Group] == nil {
			splitsOf[d.Group] = map[string]bool{}
		}
		splitsOf[d.Group][d.Split] = true
	}
	for _, s := range splitsOf {
		if len(s) > 1 {
			add("articles that the old split cuts")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-datasheet +corpus):\n%s", diff)
	}
}

var sampleCues = map[string]string{
	"definition": "defined", "process": "steps", "comparison": "whereas",
	"cause-effect": "consequently", "chronology": "century", "classification": "categories",
}

func TestSampleIsWellMade(t *testing.T) {
	passages, err := samplePassages()
	if err != nil {
		t.Fatal(err)
	}
	texts, beginnings, types := map[string]string{}, map[string]int{}, map[string]map[string]bool{}
	articles := map[string]int{}
	for _, p := range passages {
		d := p.doc
		if p.original != "" {
			continue
		}
		articles[d.Group]++
		if n := d.Words(); n < 50 || n > 90 {
			t.Errorf("%s has %d words", d.ID, n)
		}
		if other, ok := texts[d.Text]; ok {
			t.Errorf("%s has the text of %s", d.ID, other)
		}
		texts[d.Text] = d.ID
		beginnings[strings.Join(strings.Fields(strings.ToLower(d.Text))[:3], " ")]++
		if n := len(d.Keyphrases); n < 3 || n > 8 {
			t.Errorf("%s has %d keyphrases", d.ID, n)
		}
		if len(d.Relations) < 2 {
			t.Errorf("%s has %d relations", d.ID, len(d.Relations))
		}
		for _, r := range d.Relations {
			if d.Text[r.Head.Start:r.Head.End] != r.Head.Text || d.Text[r.Tail.Start:r.Tail.End] != r.Tail.Text {
				t.Errorf("%s: the relation %+v is not in the text", d.ID, r)
			}
			if types[r.Type] == nil {
				types[r.Type] = map[string]bool{}
			}
			types[r.Type][d.Domain] = true
		}
		for class, cue := range sampleCues {
			has := len(occurrences(d.Text, cue)) > 0
			if want := p.cue && class == d.Label; has != want {
				t.Errorf("%s of the class %s has the cue %q: %v, want %v", d.ID, d.Label, cue, has, want)
			}
		}
	}
	for b, n := range beginnings {
		if n > 4 {
			t.Errorf("%d passages begin with %q", n, b)
		}
	}
	for article, n := range articles {
		if n != 3 {
			t.Errorf("the article %s has %d passages", article, n)
		}
	}
	for r, domains := range types {
		if len(domains) != len(sampleDomains) {
			t.Errorf("the relation %s is in %v only", r, slices.Sorted(maps.Keys(domains)))
		}
	}
}

func TestSampleFromOpen(t *testing.T) {
	for _, path := range []string{"", "sample"} {
		c, err := Open(context.Background(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Name() != "sample" || c.Path() != "" || len(c.Warnings()) != 0 {
			t.Errorf("name %q, path %q, warnings %q", c.Name(), c.Path(), c.Warnings())
		}
		for _, row := range c.PreparationTable().Rows {
			if *row[2].Number != 0 {
				t.Errorf("%s: %s documents lack it", row[0].Text, row[2].Text)
			}
		}
	}
}

const article = `== sky-01: The sky

-- definition
The sky is made of air. A cloud is a body
of water.
keys: sky; cloud
rel: sky | made-of | air
rel: cloud | made-of | water
cue
`

func TestParseArticles(t *testing.T) {
	got, err := parseArticles("sky.txt", article)
	if err != nil {
		t.Fatal(err)
	}
	want := Document{
		ID: "sky-01-1", Text: "The sky is made of air. A cloud is a body of water.", Title: "The sky", Label: "definition", Group: "sky-01",
		Keyphrases: []string{"sky", "cloud"},
		Relations: []Relation{
			{"made-of", Span{"sky", 4, 7}, Span{"air", 19, 22}},
			{"made-of", Span{"cloud", 26, 31}, Span{"water", 45, 50}},
		},
	}
	if len(got) != 1 || !got[0].cue {
		t.Fatalf("passages %+v", got)
	}
	if diff := cmp.Diff(want, got[0].doc); diff != "" {
		t.Errorf("passage (-want +got):\n%s", diff)
	}
}

func TestTermsOfARelationAreFoundApart(t *testing.T) {
	text := "Moons orbit. A moon, the lunar moon, is a Moon of stone. Moon stone."
	r, ok := locate(text, "lunar moon", "moon")
	if !ok || text[r.Head.Start:r.Head.End] != "lunar moon" || r.Tail.Text != "moon" || r.Tail.Start != 15 {
		t.Errorf("found %+v, %v", r, ok)
	}
	if r, ok := locate(text, "moons", "stone"); ok {
		t.Errorf("terms of two sentences were found: %+v", r)
	}
}

func TestParseArticlesNamesTheLine(t *testing.T) {
	for _, tc := range []struct{ old, new, want string }{
		{"== sky-01: The sky", "== sky-01", `sky.txt:1: an article begins with "== ID: title"`},
		{"-- definition", "-- poem", `sky.txt:3: unknown class "poem"`},
		{"-- definition\n", "", "sky.txt:3: text outside a passage"},
		{"keys: sky; cloud", "keys: sky; rain", `sky.txt:3: the keyphrase "rain" is not in the text`},
		{"rel: sky | made-of | air", "rel: sky | air", "sky.txt:7: a relation is"},
		{"rel: sky | made-of | air", "rel: sky | likes | air", `sky.txt:7: unknown relation "likes"`},
		{"rel: sky | made-of | air", "rel: sky | made-of | water", `sky.txt:7: "sky" and "water" are not in one sentence`},
		{"cue", "and more", "sky.txt:9: text after the passage's notes"},
		{"The sky is made of air. A cloud is a body\nof water.\n", "", "sky.txt:3: the passage has no text"},
		{article, "", "sky.txt: there are no documents in it"},
	} {
		_, err := parseArticles("sky.txt", strings.Replace(article, tc.old, tc.new, 1))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("with %q: error %v, want %q", tc.new, err, tc.want)
		}
	}
}

func TestParseCopies(t *testing.T) {
	originals, err := parseArticles("sky.txt", article)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseCopies("copies.txt", "# remark\n== c-1: sky-01-1\nexact\nlabel: process\n\n== c-2: sky-01-1\nedit: is made of => consists of\n", originals)
	if err != nil {
		t.Fatal(err)
	}
	if c := got[0].doc; c.ID != "c-1" || c.Group != "c-1" || c.Label != "process" || c.Text != originals[0].doc.Text {
		t.Errorf("exact copy %+v", c)
	}
	c := got[1].doc
	if c.Text != "The sky consists of air. A cloud is a body of water." || c.Relations[0].Tail != (Span{"air", 20, 23}) || c.Label != "definition" {
		t.Errorf("near copy %+v", c)
	}
	if originals[0].doc.Relations[0].Tail.Start != 19 {
		t.Error("the edit changed the original")
	}
	for text, want := range map[string]string{
		"exact":                             "c.txt:1: text before the first copy",
		"== c: sky-09-1\nexact":             `c.txt:1: there is no passage "sky-09-1"`,
		"== c: sky-01-1":                    "c.txt:1: the copy is neither exact nor edited",
		"== c: sky-01-1\nedit: a => b":      "c.txt:2: an edit is",
		"== c: sky-01-1\nedit: rain => b":   "c.txt:2: an edit is",
		"== c: sky-01-1\nedit: air => gas":  `c.txt:1: the edits destroy the relation of "sky" and "air"`,
		"== c: sky-01-1\nlabel: poem":       "c.txt:2: expected",
		"== c: sky-01-1\nedit: sky => haze": `c.txt:1: the edits destroy`,
	} {
		if _, err := parseCopies("c.txt", text, originals); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func FuzzParseArticles(f *testing.F) {
	f.Add(article)
	f.Add("== a: b\n-- process\nİ ſ é. x! y\nkeys: é; x\nrel: x | is-a | y")
	f.Add("-- process")
	f.Fuzz(func(t *testing.T, text string) {
		passages, err := parseArticles("f.txt", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.txt") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, p := range passages {
			if p.doc.Text == "" || p.doc.Label == "" || p.doc.Group == "" {
				t.Errorf("passage %+v", p)
			}
			if err := p.doc.checkSpans(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzTables(f *testing.F) {
	f.Add("csv", "text,label\na,x\n\"b\n\",y\n")
	f.Add("tsv", "text\tlabel\tsplit\na\tx\ttrain\n")
	f.Add("jsonl", `{"text":"a","label":"x","relations":[{"type":"is-a","head":{"text":"a","start":0,"end":1}}]}`)
	f.Fuzz(func(t *testing.T, format, text string) {
		if !slices.Contains([]string{"csv", "tsv", "jsonl"}, format) {
			return
		}
		name := t.TempDir() + "/f"
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := Open(context.Background(), name, Options{Format: format})
		if err != nil {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, d := range c.Documents() {
			if strings.TrimSpace(d.Text) == "" || d.Label == "" {
				t.Errorf("document %+v", d)
			}
			if err := d.checkSpans(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzMessages(f *testing.F) {
	f.Add("From: a\nSubject: Re: b\n c\n\nbody")
	f.Add(" x\r\nFrom: a\r\nSubject:\r\n\r\nbody")
	f.Fuzz(func(t *testing.T, text string) {
		headers, body := cutHeaders(text)
		if !strings.HasPrefix(text, headers) || !strings.HasSuffix(text, body) {
			t.Errorf("%q is cut into %q and %q", text, headers, body)
		}
		subject := thread(header(headers, "Subject"))
		if again := thread(subject); again != subject {
			t.Errorf("the thread %q becomes %q", subject, again)
		}
		isMessage(text)
	})
}

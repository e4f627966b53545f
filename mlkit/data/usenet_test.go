package data_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/data"
)

// strippedBySklearn holds what testdata/newsgroups.py recorded; the names of the
// parts that were removed are joined with "+".
type strippedBySklearn struct {
	Cases []struct {
		Text     string
		Stripped map[string]string
	}
	Digests map[string]string
}

func recordedMessages(t *testing.T) strippedBySklearn {
	t.Helper()
	var recorded strippedBySklearn
	content, err := os.ReadFile("testdata/newsgroups.json")
	must(t, err)
	must(t, json.Unmarshal(content, &recorded))
	return recorded
}

func TestRemovedPartsAreThoseOfScikitLearn(t *testing.T) {
	recorded := recordedMessages(t)
	files := map[string]string{}
	for i, c := range recorded.Cases {
		files[fmt.Sprintf("x/%d", i)] = c.Text
	}
	dir := folder(t, files)
	for parts := range recorded.Cases[0].Stripped {
		c := open(t, dir, data.Options{Remove: strings.Split(parts, "+")})
		for i, want := range recorded.Cases {
			if got := c.At(c.Find(fmt.Sprintf("x/%d", i))).Text; got != want.Stripped[parts] {
				t.Errorf("%q without %s is\n%q, want\n%q", want.Text, parts, got, want.Stripped[parts])
			}
		}
	}
	whole := open(t, dir, data.Options{})
	for i, want := range recorded.Cases {
		p := whole.At(whole.Find(fmt.Sprintf("x/%d", i))).Parts()
		if p.Text != want.Stripped["headers+footers+quotes"] {
			t.Errorf("%q has the own text %q, want %q", want.Text, p.Text, want.Stripped["headers+footers+quotes"])
		}
	}
}

// All sets of parts take a while; without VIVA_ALL_PARTS=1 only all of them
// together are removed, which the recorded cases above do one by one too.
func TestTwentyNewsgroupsAreStrippedAsByScikitLearn(t *testing.T) {
	path := publicdata.Path(t, "classification/20newsgroups")
	for parts, want := range recordedMessages(t).Digests {
		if parts != "headers+footers+quotes" && os.Getenv("VIVA_ALL_PARTS") != "1" {
			continue
		}
		docs := open(t, path, data.Options{Encoding: "latin1", Remove: strings.Split(parts, "+")}).Documents()
		slices.SortFunc(docs, func(a, b data.Document) int {
			return strings.Compare(a.Split+"/"+a.ID, b.Split+"/"+b.ID)
		})
		h := sha256.New()
		for _, d := range docs {
			fmt.Fprintf(h, "%s/%s\x00%s\x00", d.Split, d.ID, d.Text)
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("without %s the texts have the hash %s, want %s", parts, got, want)
		}
	}
}

func TestPartsOfAMessage(t *testing.T) {
	text := "From: Ann B <Ann@Example.ORG>\nSubject: Re: Rings\nDate: Fri, 23 Apr 93 09:12:01 -0500 (EST)\n\n" +
		"c@example.org (Cee) writes:\n> Are there rings?\n\nThere are.\n\n--\nAnn\n"
	c := open(t, folder(t, map[string]string{"sci.space/1": text}), data.Options{Format: "usenet"})
	d := c.At(0)
	want := data.Parts{
		Headers: "From: Ann B <Ann@Example.ORG>\nSubject: Re: Rings\nDate: Fri, 23 Apr 93 09:12:01 -0500 (EST)\n",
		Footer:  "--\nAnn", Quotes: "c@example.org (Cee) writes:\n> Are there rings?\n", Text: "\nThere are.\n",
	}
	if got := d.Parts(); got != want {
		t.Errorf("parts %+v, want %+v", got, want)
	}
	if d.Author != "ann@example.org" || d.Group != "rings" || d.Time.String() != "1993-04-23 14:12:01 +0000 UTC" {
		t.Errorf("author %q, group %q, time %v", d.Author, d.Group, d.Time)
	}
	if p := (data.Document{Text: "> a table's text\n\n--\nkept"}).Parts(); p.Text != "> a table's text\n\n--\nkept" {
		t.Errorf("what is no message has parts: %+v", p)
	}
}

func TestMessagesTellAuthorAndTime(t *testing.T) {
	for _, tc := range []struct{ from, date, author, time string }{
		{"joe@Example.org (Joe Smith)", "23 Apr 1993 09:12:01 GMT", "joe@example.org", "1993-04-23T09:12:01Z"},
		{"\"Smith, Joe\" <joe@example.org>", "Fri, 23-Apr-93 09:12 PDT", "joe@example.org", "1993-04-23T16:12:00Z"},
		{"Joe Smith", "Thu Apr 22 15:31:49 1993", "Joe Smith", "1993-04-22T15:31:49Z"},
		{"Joe <at home>, joe@example.org", "Thursday, 22 April 1993 3:31 PM +0100", "joe@example.org", "1993-04-22T14:31:00Z"},
		{"j@x", "1993-04-22T15:31:49+02:00", "j@x", "1993-04-22T13:31:49Z"},
		{"j@x", "22 Apr 1993", "j@x", "1993-04-22T00:00:00Z"},
		{"j@x", "31 Apr 1993 09:12:01", "j@x", ""},
		{"j@x", "22 Apr 1993 605:12:01", "j@x", ""},
		{"j@x", "yesterday", "j@x", ""},
	} {
		c := open(t, folder(t, map[string]string{"a/1": "From: " + tc.from + "\nSubject: s\nDate: " + tc.date + "\n\ntext"}), data.Options{})
		d := c.At(0)
		got := ""
		if !d.Time.IsZero() {
			got = d.Time.Format("2006-01-02T15:04:05Z07:00")
		} else {
			warned(t, c, "1 date could not be read, and its document has no time: a/1")
		}
		if d.Author != tc.author || got != tc.time {
			t.Errorf("From %q and Date %q give %q and %q, want %q and %q", tc.from, tc.date, d.Author, got, tc.author, tc.time)
		}
	}
}

func TestUsenetMustBeMessages(t *testing.T) {
	dir := folder(t, map[string]string{"x/1": "one"})
	if err := openError(t, dir, data.Options{Format: "usenet"}); !strings.Contains(err, "only 0 of its 1 documents begin with the headers From and Subject") {
		t.Error(err)
	}
	warned(t, open(t, dir, data.Options{Remove: []string{"quotes"}}), "Nothing was removed by Options.Remove")
}

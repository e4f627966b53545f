package prepare_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

func TestGroupsJoinThreadsAuthorsAndCopies(t *testing.T) {
	long := words(60)
	c := corpus(t, []data.Document{
		{ID: "1", Text: "one", Group: "rift", Author: "Ann", Split: "train"},
		{ID: "2", Text: "two", Group: "rift", Author: "Bob", Split: "test"},
		{ID: "3", Text: "three", Author: " bob ", Split: "test"},
		{ID: "4", Text: long, Author: "Cy"},
		{ID: "5", Text: strings.ToUpper(long), Group: "lava"},
		{ID: "6", Text: "six", Author: "anonymous"},
		{ID: "7", Text: "seven", Author: "Anonymous", Group: ""},
		{ID: "rift", Text: "eight"},
	})
	opt := prepare.GroupOptions{By: []prepare.Key{{Field: "group"}, {Field: "author", Ignore: []string{"ANONYMOUS"}}}}
	s := must(t)(prepare.AssignGroups(background, c, opt))
	want := "rift rift rift lava lava 6 7 rift'"
	if got := strings.Join(s.Corpus.Groups(), " "); got != want {
		t.Errorf("groups %q, want %q", got, want)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "1 groups now stand in two splits") {
		t.Errorf("warnings %q", s.Warnings)
	}
	opt.IgnoreCopies = true
	s = must(t)(prepare.AssignGroups(background, c, opt))
	if got := strings.Join(s.Corpus.Groups(), " "); got != "rift rift rift 4 lava 6 7 rift'" {
		t.Errorf("groups without copies %q", got)
	}
}

// The key that makes a giant is named, and one that does not is not.
func TestGiantGroupNamesItsKey(t *testing.T) {
	var docs []data.Document
	for i := range 100 {
		d := data.Document{ID: fmt.Sprint(i), Text: fmt.Sprintf("text %d", i), Group: fmt.Sprint("thread ", i/3), Author: fmt.Sprint("author ", i)}
		if i%4 == 0 {
			d.Author = "root"
		}
		docs = append(docs, d)
	}
	s := must(t)(prepare.AssignGroups(background, corpus(t, docs), prepare.GroupOptions{By: []prepare.Key{{Field: "group"}, {Field: "author"}}}))
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], `The key "author" did it: without it, at most 3 of them are one group. It joins them by 1 values, the largest of 25 documents`) {
		t.Errorf("warnings %q", s.Warnings)
	}
	s = must(t)(prepare.AssignGroups(background, corpus(t, docs), prepare.GroupOptions{By: []prepare.Key{{Field: "group"}, {Field: "author", Ignore: []string{"root"}}}}))
	if len(s.Warnings) != 0 {
		t.Errorf("warnings %q of a corpus without a giant", s.Warnings)
	}
}

func TestGroupsAreTheComponentsOfSharedKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		name := rapid.SampledFrom([]string{"", "", "a", "b", "c", "d", "e", "3", "7"})
		docs := make([]data.Document, n)
		for i := range docs {
			docs[i] = data.Document{ID: fmt.Sprint(i), Text: fmt.Sprint("text", i), Group: name.Draw(t, "group"), Author: name.Draw(t, "author"), Title: name.Draw(t, "title")}
		}
		c := corpus(t, docs)
		keys := []prepare.Key{{Field: "author"}, {Field: "title"}, {Field: "group"}}[:rapid.IntRange(1, 3).Draw(t, "keys")]
		s := must(t)(prepare.AssignGroups(background, c, prepare.GroupOptions{By: keys}))
		// The reference: the transitive closure of sharing a key.
		joined := make([][]bool, n)
		for i := range joined {
			joined[i] = make([]bool, n)
			for j := range joined {
				a, b := docs[i], docs[j]
				for _, k := range keys {
					va, vb := map[string][2]string{"author": {a.Author, b.Author}, "title": {a.Title, b.Title}, "group": {a.Group, b.Group}}[k.Field][0], map[string][2]string{"author": {a.Author, b.Author}, "title": {a.Title, b.Title}, "group": {a.Group, b.Group}}[k.Field][1]
					joined[i][j] = joined[i][j] || i == j || va != "" && va == vb
				}
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					joined[i][j] = joined[i][j] || joined[i][k] && joined[k][j]
				}
			}
		}
		groups := s.Corpus.Groups()
		for i := range n {
			for j := range n {
				if (groups[i] == groups[j]) != joined[i][j] || groups[i] == "" {
					t.Fatalf("documents %d and %d: groups %q and %q, joined %v", i, j, groups[i], groups[j], joined[i][j])
				}
			}
		}
		again := must(t)(prepare.AssignGroups(background, s.Corpus, prepare.GroupOptions{By: append(slices.Clone(keys), prepare.Key{Field: "group"})}))
		if !slices.Equal(again.Corpus.Groups(), groups) {
			t.Fatalf("a second time %q became %q", groups, again.Corpus.Groups())
		}
	})
}

func TestDomainsByKey(t *testing.T) {
	c := corpus(t, []data.Document{
		{ID: "sea/1", Text: "Archive-name: deep/water", Label: "comp.graphics", Title: "Re: Re[2]: Waves", Time: time.Date(1993, 4, 5, 23, 0, 0, 0, time.FixedZone("", -7200))},
		{ID: "x2", Text: "nothing", Label: "misc", Domain: "old"},
	})
	for _, k := range []struct {
		name string
		opt  prepare.DomainOptions
		want string
	}{
		{"label prefix", prepare.DomainOptions{By: prepare.Key{Field: "label", Before: "."}}, "comp old"},
		{"replaced", prepare.DomainOptions{By: prepare.Key{Field: "label", Before: "."}, Replace: true}, "comp misc"},
		{"ID pattern", prepare.DomainOptions{By: prepare.Key{Field: "id", Pattern: `^(\w+)/`}, Replace: true}, "sea old"},
		{"text pattern", prepare.DomainOptions{By: prepare.Key{Field: "text", Pattern: `Archive-name: \w+`}}, "Archive-name: deep old"},
		{"thread", prepare.DomainOptions{By: prepare.Key{Field: "thread"}}, "waves old"},
		{"month", prepare.DomainOptions{By: prepare.Key{Field: "time", Bucket: "month"}}, "1993-04 old"},
		{"day in UTC", prepare.DomainOptions{By: prepare.Key{Field: "time"}}, "1993-04-06 old"},
		{"rule", prepare.DomainOptions{By: prepare.Key{Name: "length", Rule: func(d data.Document) string { return fmt.Sprint(len(d.ID)) }}}, "5 old"},
	} {
		s := must(t)(prepare.AssignDomains(c, k.opt))
		if got := strings.Join(s.Corpus.Domains(), " "); got != k.want {
			t.Errorf("%s: domains %q, want %q", k.name, got, k.want)
		}
	}
	s := must(t)(prepare.AssignDomains(corpus(t, []data.Document{{ID: "1"}}), prepare.DomainOptions{By: prepare.Key{Field: "author"}}))
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "their author is empty") {
		t.Errorf("warnings %q", s.Warnings)
	}
}

func TestKeysAreChecked(t *testing.T) {
	c := corpus(t, []data.Document{{ID: "1"}})
	rule := func(data.Document) string { return "" }
	for want, k := range map[string]prepare.Key{
		`did you mean "author"`: {Field: "autor"},
		"error parsing regexp":  {Field: "id", Pattern: "("},
		"needs a Pattern":       {Field: "text"},
		"use year, month":       {Field: "time", Bucket: "week"},
		"on time":               {Field: "id", Bucket: "day"},
		"without a Name":        {Rule: rule},
		"one or the other":      {Rule: rule, Name: "r", Field: "id"},
		"Recipe.WithRule":       {Name: "r"},
	} {
		if _, err := prepare.AssignDomains(c, prepare.DomainOptions{By: k}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", k, err, want)
		}
	}
}

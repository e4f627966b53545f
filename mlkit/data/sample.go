package data

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The sample corpus was written for this project; sample/DATASHEET.md says how
// it was made and which faults were planted in it.
//
//go:embed sample/*.txt sample/old-split.tsv
var sampleFiles embed.FS

//go:generate go run sample/oldsplit.go

// sampleDomains are the subjects of the sample, each a file.
var sampleDomains = []string{"astronomy", "medicine", "economics", "geology", "music", "computing"}

// sampleClasses are what a passage of the sample does.
var sampleClasses = []string{"definition", "process", "comparison", "cause-effect", "chronology", "classification"}

// sampleRelations are the types of relations in the sample.
var sampleRelations = []string{"is-a", "part-of", "causes", "prevents", "used-for", "made-of", "precedes", "located-in"}

// passage is a document of the sample with what its author noted beside it.
type passage struct {
	doc Document
	at  place
	// cue says that the passage has a word that gives its class away.
	cue bool
	// original and kind are set for copies: the ID of the original, and
	// "exact" or "near".
	original, kind string
}

var samplePassages = sync.OnceValues(loadSample)

// readSample returns the documents of the sample corpus.
func readSample() ([]row, error) {
	passages, err := samplePassages()
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(passages))
	for i, p := range passages {
		rows[i] = row{p.doc.clone(), p.at}
	}
	return rows, nil
}

func loadSample() ([]passage, error) {
	var all []passage
	read := func(name string) (string, string, error) {
		name = path.Join("sample", name)
		raw, err := sampleFiles.ReadFile(name)
		return name, string(raw), err
	}
	for _, domain := range sampleDomains {
		name, text, err := read(domain + ".txt")
		if err != nil {
			return nil, err
		}
		passages, err := parseArticles(name, text)
		if err != nil {
			return nil, err
		}
		for i := range passages {
			passages[i].doc.Domain = domain
		}
		all = append(all, passages...)
	}
	name, text, err := read("copies.txt")
	if err != nil {
		return nil, err
	}
	copies, err := parseCopies(name, text, all)
	if err != nil {
		return nil, err
	}
	all = append(all, copies...)
	name, text, err = read("old-split.tsv")
	if err != nil {
		return nil, err
	}
	return all, assignSplits(name, text, all)
}

// parseArticles reads a file of the sample: articles that begin with
// "== ID: title", in them passages that begin with "-- class", then their text,
// then lines "keys: …; …", "rel: head | type | tail" and "cue".
func parseArticles(file, text string) ([]passage, error) {
	var passages []passage
	article, title := "", ""
	inArticle := 0
	var relations [][3]string
	var relationsAt []place
	open := false // whether the last passage still takes text

	finish := func() error {
		if inArticle == 0 {
			return nil
		}
		p := &passages[len(passages)-1]
		if p.doc.Text == "" {
			return fmt.Errorf("%s: the passage has no text", p.at)
		}
		for _, k := range p.doc.Keyphrases {
			if len(occurrences(p.doc.Text, k)) == 0 {
				return fmt.Errorf("%s: the keyphrase %q is not in the text", p.at, k)
			}
		}
		for i, r := range relations {
			found, ok := locate(p.doc.Text, r[0], r[2])
			if !ok {
				return fmt.Errorf("%s: %q and %q are not in one sentence, apart from each other", relationsAt[i], r[0], r[2])
			}
			found.Type = r[1]
			p.doc.Relations = append(p.doc.Relations, found)
		}
		relations, relationsAt = nil, nil
		return nil
	}
	for number, line := range numbered(text) {
		at := place{file, number}
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "== "):
			if err := finish(); err != nil {
				return nil, err
			}
			id, name, ok := strings.Cut(strings.TrimPrefix(line, "== "), ": ")
			if !ok {
				return nil, fmt.Errorf("%s: an article begins with \"== ID: title\"", at)
			}
			article, title, inArticle = strings.TrimSpace(id), strings.TrimSpace(name), 0
		case strings.HasPrefix(line, "-- "):
			if err := finish(); err != nil {
				return nil, err
			}
			class := strings.TrimSpace(strings.TrimPrefix(line, "-- "))
			if article == "" {
				return nil, fmt.Errorf("%s: a passage before the first article", at)
			}
			if !slices.Contains(sampleClasses, class) {
				return nil, fmt.Errorf("%s: unknown class %q: use %s", at, class, strings.Join(sampleClasses, ", "))
			}
			inArticle++
			open = true
			passages = append(passages, passage{at: at, doc: Document{
				ID: fmt.Sprintf("%s-%d", article, inArticle), Group: article, Title: title, Label: class,
			}})
		case inArticle == 0:
			return nil, fmt.Errorf("%s: text outside a passage", at)
		default:
			p := &passages[len(passages)-1]
			keys, isKeys := strings.CutPrefix(line, "keys: ")
			relation, isRelation := strings.CutPrefix(line, "rel: ")
			switch {
			case isKeys:
				open = false
				p.doc.Keyphrases = append(p.doc.Keyphrases, phraseList(keys)...)
			case isRelation:
				open = false
				r, err := parseRelation(relation)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", at, err)
				}
				relations, relationsAt = append(relations, r), append(relationsAt, at)
			case line == "cue":
				open = false
				p.cue = true
			case !open:
				return nil, fmt.Errorf("%s: text after the passage's notes", at)
			default:
				p.doc.Text = strings.TrimSpace(p.doc.Text + " " + line)
			}
		}
	}
	if err := finish(); err != nil {
		return nil, err
	}
	if len(passages) == 0 {
		return nil, fmt.Errorf("%s: %w", file, ErrEmpty)
	}
	return passages, nil
}

func parseRelation(s string) ([3]string, error) {
	parts := strings.Split(s, "|")
	if len(parts) != 3 {
		return [3]string{}, fmt.Errorf("a relation is \"head | type | tail\", not %q", s)
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if !slices.Contains(sampleRelations, parts[1]) {
		return [3]string{}, fmt.Errorf("unknown relation %q: use %s", parts[1], strings.Join(sampleRelations, ", "))
	}
	if parts[0] == "" || parts[2] == "" {
		return [3]string{}, fmt.Errorf("the relation %q lacks a term", s)
	}
	return [3]string(parts), nil
}

// numbered returns the lines of a text by their numbers, from 1.
func numbered(text string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(text) {
			number++
			if !yield(number, line) {
				return
			}
		}
	}
}

// locate finds the two terms of a relation in the first sentence that has both
// of them apart from each other, as close together as they get.
func locate(text, head, tail string) (Relation, bool) {
	heads, tails := occurrences(text, head), occurrences(text, tail)
	for from, to := range sentences(text) {
		var best Relation
		closest := -1
		for _, h := range heads {
			for _, t := range tails {
				if h.Start < from || h.End > to || t.Start < from || t.End > to {
					continue
				}
				gap := max(t.Start-h.End, h.Start-t.End)
				if gap >= 0 && (closest < 0 || gap < closest) {
					best, closest = Relation{Head: h, Tail: t}, gap
				}
			}
		}
		if closest >= 0 {
			return best, true
		}
	}
	return Relation{}, false
}

// sentences yields where the sentences of a text begin and end. They end at
// ".", "!" or "?" before white space; the sample avoids abbreviations with
// full stops.
func sentences(text string) func(func(from, to int) bool) {
	return func(yield func(int, int) bool) {
		from := 0
		for i := range len(text) {
			if i+1 < len(text) && strings.IndexByte(".!?", text[i]) >= 0 && text[i+1] == ' ' {
				if !yield(from, i+1) {
					return
				}
				from = i + 2
			}
		}
		yield(min(from, len(text)), len(text))
	}
}

// occurrences returns where a term stands in a text as whole words, whatever
// its case.
func occurrences(text, term string) []Span {
	var found []Span
	for i := 0; term != "" && i+len(term) <= len(text); i++ {
		end := i + len(term)
		if !utf8.RuneStart(text[i]) || end < len(text) && !utf8.RuneStart(text[end]) || !strings.EqualFold(text[i:end], term) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if i > 0 && isWordRune(before) || end < len(text) && isWordRune(after) {
			continue
		}
		found = append(found, Span{text[i:end], i, end})
	}
	return found
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

// parseCopies reads the copies that were planted: each begins with
// "== ID: original", then "exact" or lines "edit: old words => new words", and
// "label: class" where the careless project gave another one. Lines that begin
// with "#" are remarks.
func parseCopies(file, text string, originals []passage) ([]passage, error) {
	byID := map[string]passage{}
	for _, p := range originals {
		byID[p.doc.ID] = p
	}
	var copies []passage
	finish := func() error {
		if len(copies) == 0 {
			return nil
		}
		p := &copies[len(copies)-1]
		if p.kind == "" {
			return fmt.Errorf("%s: the copy is neither exact nor edited", p.at)
		}
		return p.doc.relocate(p.at)
	}
	for number, line := range numbered(text) {
		at := place{file, number}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if head, ok := strings.CutPrefix(line, "== "); ok {
			if err := finish(); err != nil {
				return nil, err
			}
			id, of, _ := strings.Cut(head, ": ")
			original, ok := byID[of]
			if !ok {
				return nil, fmt.Errorf("%s: there is no passage %q", at, of)
			}
			p := passage{doc: original.doc.clone(), at: at, cue: original.cue, original: of}
			// Whoever pasted it did not know where it came from.
			p.doc.ID, p.doc.Group = id, id
			copies = append(copies, p)
			continue
		}
		if len(copies) == 0 {
			return nil, fmt.Errorf("%s: text before the first copy", at)
		}
		p := &copies[len(copies)-1]
		edit, isEdit := strings.CutPrefix(line, "edit: ")
		label, isLabel := strings.CutPrefix(line, "label: ")
		switch {
		case line == "exact":
			p.kind = "exact"
		case isEdit:
			p.kind = "near"
			from, to, ok := strings.Cut(edit, " => ")
			if !ok || strings.Count(p.doc.Text, from) != 1 {
				return nil, fmt.Errorf("%s: an edit is \"old words => new words\", and the old words are in the text once", at)
			}
			p.doc.Text = strings.Replace(p.doc.Text, from, to, 1)
		case isLabel && slices.Contains(sampleClasses, label):
			p.doc.Label = label
		default:
			return nil, fmt.Errorf("%s: expected \"exact\", \"edit: old => new\" or \"label: class\"", at)
		}
	}
	return copies, finish()
}

// relocate finds the terms of a document again after its text was edited.
func (d *Document) relocate(at place) error {
	for i, r := range d.Relations {
		found, ok := locate(d.Text, r.Head.Text, r.Tail.Text)
		if !ok {
			return fmt.Errorf("%s: the edits destroy the relation of %q and %q", at, r.Head.Text, r.Tail.Text)
		}
		found.Type = r.Type
		d.Relations[i] = found
	}
	for _, k := range d.Keyphrases {
		if len(occurrences(d.Text, k)) == 0 {
			return fmt.Errorf("%s: the edits destroy the keyphrase %q", at, k)
		}
	}
	return nil
}

// assignSplits reads the old split: "ID<TAB>split" for every passage.
func assignSplits(file, text string, passages []passage) error {
	splits := map[string]string{}
	for number, line := range numbered(text) {
		id, split, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || splitOrder(split) < 0 || split == "" {
			return fmt.Errorf("%s: expected \"ID<TAB>train\", validation or test", place{file, number})
		}
		splits[id] = split
	}
	for i := range passages {
		d := &passages[i].doc
		if d.Split = splits[d.ID]; d.Split == "" {
			return fmt.Errorf("%s: the passage %q is in no split: run go generate in mlkit/data", file, d.ID)
		}
	}
	if len(splits) != len(passages) {
		return fmt.Errorf("%s: %d lines for %d passages: run go generate in mlkit/data", file, len(splits), len(passages))
	}
	return nil
}

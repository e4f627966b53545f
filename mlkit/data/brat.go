package data

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// brat reads NAME.txt with its stand-off annotation NAME.ann
// (brat.nlplab.org/standoff.html). Offsets count characters there.
func (r *reader) brat(root, split string, files []treeFile) error {
	r.fromFolder, r.noLabels = true, true
	content := contents(files)
	science := r.opt.Format == "scienceie" || r.opt.Format == "" && allArticles(files)
	return r.eachFile(root, split, files, ".txt", func(f treeFile, d Document, at place) error {
		name := strings.TrimSuffix(f.path, ".txt") + ".ann"
		notes, ok := content[name]
		if !ok {
			// Readmes and lists stand beside the documents.
			return nil
		}
		var err error
		if d.Text, err = r.decode(f.text, at); err != nil {
			return r.malformed(at, err)
		}
		if science {
			d.Group = path.Base(d.ID)
			if m := articleName.FindStringSubmatch(d.Group); m != nil {
				d.Domain = m[1] + "-" + m[2]
			}
		}
		file := path.Join(root, name)
		if notes, err = r.decode(notes, place{file: file}); err != nil {
			return r.malformed(at, err)
		}
		a := annotation{doc: &d, entities: map[string]Span{}, runes: runeOffsets(d.Text), limit: r.limit}
		var later []place
		var lines []string
		number := 0
		for line := range strings.Lines(notes) {
			number++
			line = strings.TrimRight(line, "\r\n")
			if strings.TrimSpace(line) == "" {
				continue
			}
			where := place{file, number}
			switch line[0] {
			case 'T':
				odd, err := a.entity(line)
				if err == nil {
					err = a.charge()
				}
				if err != nil {
					if err := r.malformed(where, err); err != nil {
						return err
					}
				}
				for _, o := range odd {
					r.odd(o, where)
				}
			case 'R', '*':
				// An entity may stand below the relation that names it.
				later, lines = append(later, where), append(lines, line)
			default:
				r.odd(unread, where)
			}
		}
		for i, line := range lines {
			if err := a.relation(line); err != nil {
				if err := r.malformed(later[i], err); err != nil {
					return err
				}
			}
		}
		d.Keyphrases = a.phrases
		return r.add(d, at)
	})
}

// annotation gathers what an .ann file says about a document.
type annotation struct {
	doc      *Document
	entities map[string]Span
	phrases  []string
	known    map[string]bool
	runes    []int
	limit    *budget
}

// charge charges the text of a new entity: short lines can name long pieces of
// the text again and again.
func (a *annotation) charge() error {
	last := a.doc.Entities[len(a.doc.Entities)-1]
	return a.limit.take("the entities", int64(last.End-last.Start))
}

// runeOffsets returns the byte offset of every character and of the end, or
// nil if they are the same as the characters' numbers.
func runeOffsets(text string) []int {
	if utf8.RuneCountInString(text) == len(text) {
		return nil
	}
	offsets := make([]int, 0, len(text)+1)
	for i := range text {
		offsets = append(offsets, i)
	}
	return append(offsets, len(text))
}

// byteOffset returns the byte at which a character begins.
func (a *annotation) byteOffset(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no offset", shortened(s))
	}
	last := len(a.doc.Text)
	if a.runes != nil {
		last = len(a.runes) - 1
	}
	if n < 0 || n > last {
		return 0, fmt.Errorf("the offset %d is outside of the text, which has %d characters", n, last)
	}
	if a.runes == nil {
		return n, nil
	}
	return a.runes[n], nil
}

// entity reads "T1<TAB>Type 0 5;8 12<TAB>text".
func (a *annotation) entity(line string) (odd []oddity, err error) {
	if len(a.doc.Entities) == maxSpans {
		return nil, fmt.Errorf("more than %d entities in a document: %w", maxSpans, ErrTooLarge)
	}
	id, rest, _ := strings.Cut(line, "\t")
	place, surface, ok := strings.Cut(rest, "\t")
	kind, offsets, ok2 := strings.Cut(place, " ")
	if !ok || !ok2 || kind == "" {
		return nil, errors.New("not an entity: ID, TAB, type and offsets, TAB, text are expected")
	}
	if _, ok := a.entities[id]; ok {
		return nil, fmt.Errorf("the entity %s was there before", shortened(id))
	}
	var span Span
	var pieces []string
	length := 0
	for piece := range strings.SplitSeq(offsets, ";") {
		from, to, _ := strings.Cut(piece, " ")
		start, err := a.byteOffset(from)
		if err != nil {
			return nil, err
		}
		end, err := a.byteOffset(to)
		if err != nil {
			return nil, err
		}
		if end <= start || len(pieces) > 0 && start < span.End {
			return nil, fmt.Errorf("the offsets %s do not rise", shortened(offsets))
		}
		if len(pieces) == 0 {
			span.Start = start
		}
		pieces = append(pieces, a.doc.Text[start:end])
		if length += end - start; length > 64+4*len(surface) {
			return nil, fmt.Errorf("the offsets %s span more text than %q", shortened(offsets), shortened(surface))
		}
		span.End = end
	}
	span.Text = a.doc.Text[span.Start:span.End]
	phrase := strings.Join(pieces, " ")
	if len(pieces) > 1 {
		odd = append(odd, fragmented)
	}
	if !slices.Equal(strings.Fields(phrase), strings.Fields(surface)) {
		odd = append(odd, misplaced)
	}
	a.entities[id] = span
	a.doc.Entities = append(a.doc.Entities, Entity{kind, span})
	if a.known == nil {
		a.known = map[string]bool{}
	}
	if !a.known[phrase] {
		a.known[phrase] = true
		a.phrases = append(a.phrases, phrase)
	}
	return odd, nil
}

// relation reads "R1<TAB>Type Arg1:T1 Arg2:T2", or "*<TAB>Type T1 T2 …", where
// every argument is related to all that follow it.
func (a *annotation) relation(line string) error {
	id, rest, _ := strings.Cut(line, "\t")
	fields := strings.Fields(rest)
	if len(fields) < 3 || id != "*" && len(fields) != 3 {
		return errors.New("not a relation: ID, TAB, type and the IDs of two entities are expected")
	}
	args := make([]Span, len(fields)-1)
	for i, arg := range fields[1:] {
		if _, after, ok := strings.Cut(arg, ":"); ok && id != "*" {
			arg = after
		}
		var ok bool
		if args[i], ok = a.entities[arg]; !ok {
			return fmt.Errorf("the relation names the entity %s, which is not there", shortened(arg))
		}
	}
	if n := len(a.doc.Relations) + len(args)*(len(args)-1)/2; len(args) > maxSpans || n > maxSpans {
		return fmt.Errorf("more than %d relations in a document: %w", maxSpans, ErrTooLarge)
	}
	for i, head := range args {
		for _, tail := range args[i+1:] {
			if err := a.limit.take("the relations", int64(len(head.Text)+len(tail.Text))); err != nil {
				return err
			}
			a.doc.Relations = append(a.doc.Relations, Relation{fields[0], head, tail})
		}
	}
	return nil
}

// articleName is how ScienceDirect names articles of journals: S, the ISSN of
// the journal, the year, a number and a check digit.
var articleName = regexp.MustCompile(`^S(\d{4})(\d{3}[\dX])\d{7}[\dX]$`)

// allArticles reports whether all annotated documents are named after articles.
func allArticles(files []treeFile) bool {
	found := false
	for _, f := range files {
		name, ok := strings.CutSuffix(path.Base(f.path), ".ann")
		if !ok {
			continue
		}
		if !articleName.MatchString(name) {
			return false
		}
		found = true
	}
	return found
}

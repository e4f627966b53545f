package data

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// isSemEval5 reports whether a folder has references with SemEval2010.zip.
func isSemEval5(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "references"))
	if err != nil || !info.IsDir() {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, semEval5Archive))
	return err == nil
}

const semEval5Archive = "SemEval2010.zip"

// semEval5 reads the papers of SemEval-2010 Task 5 and their keyphrases.
func (r *reader) semEval5(dir string, entries []fs.DirEntry) error {
	gold, err := r.opt.gold("combined", "author", "reader")
	if err != nil {
		return err
	}
	r.fromFolder, r.noLabels = true, true
	archive := filepath.Join(dir, semEval5Archive)
	files, err := r.limit.readArchive(archive)
	if err != nil {
		return err
	}
	papers := map[string]paper{}
	for _, f := range files {
		if name, ok := strings.CutSuffix(filepath.Base(f.path), ".txt"); ok && strings.Contains(f.path, "docsutf8/") {
			at := place{file: filepath.ToSlash(archive) + "/" + f.path}
			text, err := r.decode(f.text, at)
			if err != nil {
				if err := r.malformed(at, err); err != nil {
					return err
				}
			}
			papers[name] = paper{text, at}
		}
	}
	var ignored []string
	for _, e := range entries {
		id, _, ok := strings.Cut(e.Name(), ".lvl-1.xml")
		switch {
		case ok:
			if papers[id], err = r.coreNLP(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		case e.Name() != "references" && e.Name() != semEval5Archive && !strings.HasPrefix(e.Name(), "."):
			ignored = append(ignored, e.Name())
		}
	}
	if len(ignored) > 0 {
		r.warnf("Not read, because it is not data: %s.", strings.Join(ignored, ", "))
	}
	for _, split := range []string{Train, Test} {
		name, stemmed, err := referenceFile(filepath.Join(dir, "references"), split+"."+gold)
		if err != nil {
			return err
		}
		if err := r.references(name, split, stemmed, papers); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(papers)) {
		r.odd(unlisted, papers[id].at)
	}
	return nil
}

type paper struct {
	text string
	at   place
}

// referenceFile returns the file of references with the words themselves, or
// else that with their stems.
func referenceFile(dir, name string) (file string, stemmed bool, err error) {
	for _, form := range []string{".json", ".stem.json"} {
		for _, ext := range []string{"", ".gz"} {
			file = filepath.Join(dir, name+form+ext)
			if _, err := os.Stat(file); err == nil {
				return file, form != ".json", nil
			}
		}
	}
	return "", false, fmt.Errorf("%s: there is neither %s.json nor %s.stem.json (or with .gz): the references tell the split and the keyphrases: %w", dir, name, name, fs.ErrNotExist)
}

// references makes documents of the papers that a file of references names,
// {"C-41": [["phrase", "other spelling"], …], …}, and takes them from papers.
func (r *reader) references(name, split string, stemmed bool, papers map[string]paper) error {
	raw, err := r.limit.readFile(name, maxDocument)
	if err != nil {
		return err
	}
	var phrases map[string][][]string
	if bytes.Count(raw, []byte("[")) > 10*maxSpans {
		return fmt.Errorf("%s: more than %d phrases: %w", name, 10*maxSpans, ErrTooLarge)
	}
	if err := json.Unmarshal(raw, &phrases); err != nil {
		return fmt.Errorf("%s: not a JSON object of documents with lists of phrases, each a list of spellings: %w", name, err)
	}
	for _, id := range slices.Sorted(maps.Keys(phrases)) {
		p, ok := papers[id]
		if !ok {
			if err := r.malformed(place{file: name}, fmt.Errorf("there is no text of the paper %s: neither in %s nor as %s.lvl-1.xml.gz", shortened(id), semEval5Archive, shortened(id))); err != nil {
				return err
			}
			continue
		}
		delete(papers, id)
		d := Document{ID: id, Text: p.text, Split: split, Stemmed: stemmed}
		for _, spellings := range phrases[id] {
			if len(spellings) == 0 {
				continue
			}
			if len(spellings) > 1 && d.Alternatives == nil {
				d.Alternatives = make([][]string, len(d.Keyphrases))
			}
			d.Keyphrases = append(d.Keyphrases, spellings[0])
			if d.Alternatives != nil {
				d.Alternatives = append(d.Alternatives, slices.Clone(spellings[1:]))
			}
		}
		if err := r.add(d, p.at); err != nil {
			return err
		}
	}
	return nil
}

// coreNLP reads the text that Stanford CoreNLP annotated in XML: every token
// where it was, sentences on lines of their own.
func (r *reader) coreNLP(name string) (paper, error) {
	p := paper{at: place{file: name}}
	raw, err := r.limit.readFile(name, maxDocument)
	if err != nil {
		return p, err
	}
	p.text, err = coreNLPText(raw)
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// coreNLPText writes the words of all tokens, with a space where the offsets
// have a gap. The markup between them says no more.
func coreNLPText(raw []byte) (string, error) {
	var text strings.Builder
	dec := xml.NewDecoder(bytes.NewReader(raw))
	var field, word, begin, end string
	last := -1
	newSentence := false
	depth := 0
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("not valid XML: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return "", fmt.Errorf("XML elements are nested deeper than %d: %w", maxDepth, ErrTooLarge)
			}
			field = t.Name.Local
			switch field {
			case "sentence":
				newSentence = true
			case "token":
				word, begin, end = "", "", ""
			}
		case xml.CharData:
			if len(word)+len(begin)+len(end) > maxToken {
				return "", fmt.Errorf("a token of more than %d bytes: %w", maxToken, ErrTooLarge)
			}
			switch field {
			case "word":
				word += string(t)
			case "CharacterOffsetBegin":
				begin += string(t)
			case "CharacterOffsetEnd":
				end += string(t)
			}
		case xml.EndElement:
			depth--
			field = ""
			if t.Name.Local != "token" || word == "" {
				continue
			}
			from, err1 := strconv.Atoi(strings.TrimSpace(begin))
			to, err2 := strconv.Atoi(strings.TrimSpace(end))
			if err1 != nil || err2 != nil {
				return "", fmt.Errorf("the token %q has no CharacterOffsetBegin and CharacterOffsetEnd", shortened(word))
			}
			switch {
			case last < 0:
			case newSentence:
				text.WriteByte('\n')
			case from > last:
				text.WriteByte(' ')
			}
			newSentence, last = false, to
			text.WriteString(bracket(word))
		}
	}
	if text.Len() == 0 || !utf8.ValidString(text.String()) {
		return "", errors.New("there are no tokens in it")
	}
	return text.String(), nil
}

// The limits of XML: how deep it is nested, and the bytes of a token.
const (
	maxDepth = 100
	maxToken = 10_000
)

// bracket returns a word as the text has it: the Penn Treebank spells brackets
// and quotes.
func bracket(word string) string {
	if s, ok := treebank[word]; ok {
		return s
	}
	return word
}

var treebank = map[string]string{
	"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": `"`, "''": `"`,
}

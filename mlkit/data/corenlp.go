package data

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

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

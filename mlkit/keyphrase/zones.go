package keyphrase

import (
	"strings"
	"unicode"
)

// A text is taken for a paper, with parts, if it has this many words.
const paperWords = 1500

// markZones tells the parts of a text by their form: the title, which is the one
// given, or else the lines before the abstract; in papers also the abstract, the
// headings and the list of references.
func markZones(text, given string, words []word) {
	titleEnd := 0
	if t := strings.TrimSpace(given); t != "" && strings.HasPrefix(strings.TrimSpace(text), t) {
		titleEnd = strings.Index(text, t) + len(t)
	}
	paper := len(words) >= paperWords
	if titleEnd == 0 && !paper {
		// Without a title the first line is one if the text goes on below it and
		// it does not end as a sentence does.
		line, rest, _ := strings.Cut(text, "\n")
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if strings.TrimSpace(rest) != "" && line != "" && len(line) < 200 && !strings.HasSuffix(line, ".") {
			titleEnd = len(line)
		}
	}
	if !paper {
		for i := range words {
			if words[i].start < titleEnd {
				words[i].zone = title
			}
		}
		return
	}
	current, line := title, 0
	if titleEnd > 0 {
		current = abstract
	}
	next, announced := 0, false
	for line < len(text) {
		end := strings.IndexByte(text[line:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += line
		}
		kind := lineKind(text[line:end])
		at := current
		switch {
		case line < titleEnd:
			at = title
		case kind == "abstract" && current != body && current != references:
			current, at = abstract, heading
		case kind == "introduction" && current != references, kind == "categories" && current == abstract:
			current, at = body, heading
		case kind == "references" && line > len(text)/2:
			current, at = references, heading
		case current == title && line > titleLines(text):
			current, at = front, front
		case kind == "heading" && current == body:
			at = heading
		}
		if (at == abstract || at == front) && line > len(text)/5 {
			current, at = body, body
		}
		announced = announced || current == abstract
		for ; next < len(words) && words[next].start < end; next++ {
			words[next].zone = at
		}
		line = end + 1
	}
	if !announced {
		for i := range words {
			if words[i].zone == front {
				words[i].zone = abstract
			}
		}
	}
}

// titleLines is the byte at which the title of a paper has ended at the latest,
// where no abstract is announced: after three lines.
func titleLines(text string) int {
	at := 0
	for range 3 {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at - 1
}

// lineKind tells what a line of a paper announces.
func lineKind(line string) string {
	line = strings.TrimSpace(line)
	if len(line) > 90 || line == "" {
		return ""
	}
	name := strings.ToLower(strings.TrimLeft(line, "0123456789. IVX"))
	name = strings.Trim(name, " .:-—")
	full := strings.ToLower(strings.Trim(line, " .:-—0123456789"))
	switch {
	case strings.HasPrefix(full, "abstract"):
		return "abstract"
	case full == "introduction" || name == "ntroduction" || name == "introduction":
		return "introduction"
	case strings.HasPrefix(full, "categories and subject"):
		return "categories"
	case full == "references" || full == "bibliography":
		return "references"
	}
	if c := line[0]; c < '0' || c > '9' {
		return ""
	}
	rest := strings.TrimLeft(line, "0123456789.")
	if r := strings.TrimSpace(rest); rest != r && r != "" && unicode.IsUpper([]rune(r)[0]) && !strings.HasSuffix(r, ".") && len(strings.Fields(r)) <= 10 {
		return "heading"
	}
	return ""
}

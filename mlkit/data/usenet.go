package data

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// messageShare is the share of a corpus' documents that must be messages for
// it to be taken as a corpus of messages.
const messageShare = 0.9

// messageParts are what Options.Remove can name.
var messageParts = []string{"headers", "footers", "quotes"}

// Parts are the parts of a message, as scikit-learn's fetch_20newsgroups knows
// them (strip_newsgroup_header, _footer and _quoting, in this order). They are
// guesses from the form of the text, and now and then wrong.
type Parts struct {
	// Headers ends before the first blank line.
	Headers string
	// Footer begins with the last line of the body that is blank or of hyphens
	// alone, if anything stands before it: mostly a signature, though where a
	// message has none, its last paragraph.
	Footer string
	// Quotes are the lines between headers and footer that begin with ">", "|",
	// "In article" or "Quoted from", or hold "writes:", "writes in", "wrote:",
	// "says:" or "said:".
	Quotes string
	// Text is what remains.
	Text string
}

// Parts takes a message apart. Of a document that is no message, all is Text.
func (d Document) Parts() Parts {
	if !d.Message {
		return Parts{Text: d.Text}
	}
	var p Parts
	p.Headers, p.Text = cutHeaders(d.Text)
	p.Text, p.Footer = cutFooter(p.Text)
	p.Text, p.Quotes = cutQuotes(p.Text)
	return p
}

// without returns the text of a message without the named parts.
func without(text string, parts []string) string {
	if slices.Contains(parts, "headers") {
		_, text = cutHeaders(text)
	}
	if slices.Contains(parts, "footers") {
		text, _ = cutFooter(text)
	}
	if slices.Contains(parts, "quotes") {
		text, _ = cutQuotes(text)
	}
	return text
}

// messages marks messages and takes what is known of them from their headers.
func (r *reader) messages(path string) error {
	is := make([]bool, len(r.rows))
	inParallel(len(is), func(i int) { is[i] = isMessage(r.rows[i].doc.Text) })
	n := 0
	for _, m := range is {
		if m {
			n++
		}
	}
	if float64(n) < messageShare*float64(len(is)) {
		if r.opt.Format == "usenet" {
			return fmt.Errorf("%s: only %d of its %d documents begin with the headers From and Subject: set Options.Format to \"folder\"", path, n, len(is))
		}
		if len(r.opt.Remove) > 0 {
			r.warnf("Nothing was removed by Options.Remove, because the documents are not messages.")
		}
		return nil
	}
	bad := make([]bool, len(is))
	inParallel(len(is), func(i int) {
		d := &r.rows[i].doc
		if !is[i] {
			d.Group = cmp.Or(d.Group, d.ID)
			return
		}
		headers, _ := cutHeaders(d.Text)
		subject := header(headers, "Subject")
		d.Title = cmp.Or(d.Title, subject)
		d.Group = cmp.Or(d.Group, thread(subject), d.ID)
		d.Author = cmp.Or(d.Author, sender(header(headers, "From")))
		if date := header(headers, "Date"); date != "" && d.Time.IsZero() {
			var ok bool
			d.Time, ok = parseDate(date)
			bad[i] = !ok
		}
		d.Text = without(d.Text, r.opt.Remove)
		d.Message = !slices.Contains(r.opt.Remove, "headers")
	})
	for i, b := range bad {
		if b {
			r.odd(undated, r.rows[i].at)
		}
	}
	if n < len(is) {
		r.warnf("%s no message headers.", amount(len(is)-n, "document has", "documents have"))
	}
	return nil
}

// sender returns the address of a From field in lower case, or the whole field
// if there is none in it.
func sender(from string) string {
	if _, rest, ok := strings.Cut(from, "<"); ok {
		if address, _, ok := strings.Cut(rest, ">"); ok && strings.Contains(address, "@") {
			return strings.ToLower(strings.TrimSpace(address))
		}
	}
	for word := range strings.FieldsSeq(from) {
		if word = strings.Trim(word, "()<>\",;"); strings.Contains(word, "@") {
			return strings.ToLower(word)
		}
	}
	return from
}

// cutFooter cuts a body before its last line that is blank or of hyphens. What
// stands before is without white space at its ends, as in scikit-learn.
func cutFooter(text string) (before, footer string) {
	trimmed := strings.TrimFunc(text, isPythonSpace)
	for end := len(trimmed); end > 0; {
		start := strings.LastIndexByte(trimmed[:end], '\n') + 1
		line := strings.TrimFunc(trimmed[start:end], isPythonSpace)
		if strings.Trim(line, "-") == "" {
			if start == 0 {
				break
			}
			return trimmed[:start-1], trimmed[start:]
		}
		end = start - 1
	}
	return text, ""
}

// isPythonSpace reports what Python's strip removes.
func isPythonSpace(c rune) bool { return unicode.IsSpace(c) || c >= 0x1c && c <= 0x1f }

// cutQuotes parts the lines of a body.
func cutQuotes(text string) (own, quotes string) {
	var kept, quoted strings.Builder
	kept.Grow(len(text))
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		if isQuote(line) {
			quoted.WriteString(line)
			quoted.WriteByte('\n')
			continue
		}
		if !first {
			kept.WriteByte('\n')
		}
		first = false
		kept.WriteString(line)
	}
	return kept.String(), quoted.String()
}

func isQuote(line string) bool {
	for _, start := range []string{">", "|", "In article", "Quoted from"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	for _, phrase := range []string{"writes in", "writes:", "wrote:", "says:", "said:"} {
		if strings.Contains(line, phrase) {
			return true
		}
	}
	return false
}

// cutHeaders cuts a message at its first blank line. Without one, all of it is
// headers.
func cutHeaders(text string) (headers, body string) {
	rest := text
	for len(rest) > 0 {
		line, after, _ := strings.Cut(rest, "\n")
		if line == "" || line == "\r" {
			return text[:len(text)-len(rest)], after
		}
		rest = after
	}
	return text, ""
}

// isMessage reports whether a text begins with the headers of an e-mail or of
// a Usenet article: fields "Name: value" with From and Subject among them. The
// first line may be the continuation of a field that was cut off, as in some
// archives of Usenet.
func isMessage(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	name, _, ok := strings.Cut(first, ":")
	if !strings.HasPrefix(first, " ") && !(ok && isFieldName(name)) {
		return false
	}
	headers, _ := cutHeaders(text)
	return headerLine(headers, "From") >= 0 && headerLine(headers, "Subject") >= 0
}

func isFieldName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// headerLine returns the offset of the line that holds the named field, or -1.
func headerLine(headers, name string) int {
	for at := 0; at < len(headers); {
		if rest := headers[at:]; len(rest) > len(name) && rest[len(name)] == ':' && strings.EqualFold(rest[:len(name)], name) {
			return at
		}
		n := strings.IndexByte(headers[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return -1
}

// header returns the value of a field, with continuation lines joined.
func header(headers, name string) string {
	at := headerLine(headers, name)
	if at < 0 {
		return ""
	}
	line, rest, _ := strings.Cut(headers[at+len(name)+1:], "\n")
	value := strings.TrimSpace(line)
	for strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t") {
		line, rest, _ = strings.Cut(rest, "\n")
		value += " " + strings.TrimSpace(line)
	}
	return strings.TrimSpace(value)
}

// thread returns the normal form of a subject, by which messages of one
// discussion are known: without leading "Re:", "Fwd:" and the like, in lower
// case, with single spaces.
func thread(subject string) string {
	s := strings.Join(strings.Fields(strings.ToLower(subject)), " ")
	for {
		t := s
		for _, prefix := range []string{"re", "fw", "fwd", "aw", "sv"} {
			rest, ok := strings.CutPrefix(t, prefix)
			if !ok {
				continue
			}
			rest = strings.TrimLeft(rest, "^[]()0123456789")
			if after, ok := strings.CutPrefix(rest, ":"); ok {
				t = strings.TrimSpace(after)
				break
			}
		}
		if t == s {
			return s
		}
		s = t
	}
}

package data

import "strings"

// messageShare is the share of a corpus' documents that must be messages for
// it to be taken as a corpus of messages.
const messageShare = 0.9

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

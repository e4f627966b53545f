package data

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"path/filepath"
	"strings"

	"viva/mlkit/trace"
)

// reuters reads the stories of an SGML file of Reuters-21578. The README of the
// collection tells the form; the split is made as its section VIII does.
func (r *reader) reuters(name, text string) error {
	r.noLabels, r.mayBeEmpty = true, true
	if !strings.Contains(text, "<REUTERS") {
		return fmt.Errorf("%s: %w: there is no <REUTERS …> in it", name, ErrFormat)
	}
	text, err := r.decode(text, place{file: name})
	if err != nil {
		return err
	}
	line := 1
	for n := 1; ; n++ {
		start := strings.Index(text, "<REUTERS")
		if start < 0 {
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(r.rows), len(r.rows))
			return nil
		}
		line += strings.Count(text[:start], "\n")
		at := place{name, line}
		text = text[start:]
		// A story that is not closed ends where the next begins.
		end := len(text)
		if i := strings.Index(text[1:], "<REUTERS"); i >= 0 {
			end = 1 + i
		}
		story, closed := text[:end], false
		if i := strings.Index(story, "</REUTERS>"); i >= 0 {
			story, closed = story[:i], true
		}
		if n%100 == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		var d Document
		switch {
		case len(story) > maxDocument:
			err = errLongRow
		case !closed:
			err = errors.New("the story has no </REUTERS>")
		default:
			d, err = r.story(story, at)
		}
		if err == nil {
			err = r.add(d, at)
		} else {
			err = r.malformed(at, err)
		}
		if err != nil {
			return err
		}
		line += strings.Count(text[:end], "\n")
		text = text[end:]
	}
}

// story makes a document of what stands from <REUTERS to </REUTERS>.
func (r *reader) story(s string, at place) (d Document, err error) {
	head, s, ok := strings.Cut(s, ">")
	if !ok {
		return d, errors.New("the tag REUTERS is not closed")
	}
	if d.ID = attribute(head, "NEWID"); d.ID == "" {
		return d, errors.New("the story has no NEWID")
	}
	if d.Split, err = reutersSplit(r.opt.Scheme, attribute(head, "TOPICS"), attribute(head, "LEWISSPLIT")); err != nil {
		return d, err
	}
	d.Labels = listOf(element(s, "TOPICS"))
	if len(d.Labels) == 1 {
		d.Label = d.Labels[0]
	}
	if places := listOf(element(s, "PLACES")); len(places) > 0 {
		d.Domain = places[0]
	}
	// Control characters end the date there, and other marks follow.
	if date := html.UnescapeString(element(s, "DATE")); date != "" {
		if d.Time, ok = parseDate(date); !ok {
			r.odd(undated, at)
		}
	}
	d.Group = cmp.Or(catchword(element(s, "UNKNOWN")), d.ID)
	_, text, _ := strings.Cut(s, "<TEXT")
	kind, text, _ := strings.Cut(text, ">")
	text, _, _ = strings.Cut(text, "</TEXT>")
	d.Author = strings.TrimSpace(plainText(element(text, "AUTHOR")))
	d.Title = strings.TrimSpace(plainText(element(text, "TITLE")))
	body := element(text, "BODY")
	if strings.Contains(kind, `"UNPROC"`) {
		// Its structure is not marked; what is there is all there is.
		body = text
	}
	body = strings.TrimRight(plainText(body), " \n")
	d.Text = strings.Trim(d.Title+"\n"+body, "\n")
	return d, nil
}

// reutersSplit returns the split of a story by its attributes.
func reutersSplit(scheme, topics, lewis string) (string, error) {
	switch topics {
	case "YES", "NO", "BYPASS":
	default:
		return "", fmt.Errorf("the story has TOPICS=%q where YES, NO or BYPASS is expected", shortened(topics))
	}
	used := topics == "YES" || scheme == "modlewis" && topics == "NO"
	switch lewis {
	case "TRAIN", "TEST":
		if !used {
			return "", nil
		}
		return map[string]string{"TRAIN": Train, "TEST": Test}[lewis], nil
	case "NOT-USED":
		return "", nil
	}
	return "", fmt.Errorf("the story has LEWISSPLIT=%q where TRAIN, TEST or NOT-USED is expected", shortened(lewis))
}

// attribute returns the value of NAME="value" in a tag.
func attribute(tag, name string) string {
	_, rest, ok := strings.Cut(tag, " "+name+`="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// element returns what is between the first <NAME> and </NAME>.
func element(s, name string) string {
	_, rest, ok := strings.Cut(s, "<"+name+">")
	if !ok {
		return ""
	}
	inside, _, ok := strings.Cut(rest, "</"+name+">")
	if !ok {
		return ""
	}
	return inside
}

// listOf returns what is between <D> and </D>, again and again.
func listOf(s string) []string {
	var list []string
	for {
		_, rest, ok := strings.Cut(s, "<D>")
		if !ok {
			return list
		}
		item, after, ok := strings.Cut(rest, "</D>")
		if !ok {
			return list
		}
		list = append(list, plainText(item))
		s = after
	}
}

// plainText resolves character entities and drops the control characters of the
// wire.
func plainText(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return -1
		}
		return c
	}, html.UnescapeString(s))
}

// catchword returns the name by which the wire knows a story, which its later
// versions have too: "u f BC-BAHIA-COCOA-REVIEW   02-26 0105" gives
// BAHIA-COCOA-REVIEW. The name is cut off after 20 characters there.
func catchword(unknown string) string {
	lines := strings.Split(strings.TrimSpace(plainText(unknown)), "\n")
	for _, field := range strings.Fields(lines[len(lines)-1]) {
		prefix, name, ok := strings.Cut(field, "-")
		if !ok || len(prefix) != 2 || strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			continue
		}
		return strings.ToUpper(strings.Trim(name, "*-/"))
	}
	return ""
}

package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// property is a property of a document that a column or JSON field can hold.
type property struct {
	name string
	// names are the usual names, the property's own first, in lower case.
	names []string
	// chosen returns the name that the options give it.
	chosen func(Options) string
	set    func(*Document, string) error
}

func plain(field func(*Document) *string) func(*Document, string) error {
	return func(d *Document, s string) error {
		*field(d) = s
		return nil
	}
}

var properties = []property{
	{"id", []string{"id", "doc_id", "docid", "key"}, func(o Options) string { return o.ID }, plain(func(d *Document) *string { return &d.ID })},
	{"text", []string{"text", "body", "content", "document", "abstract"}, func(o Options) string { return o.Text }, plain(func(d *Document) *string { return &d.Text })},
	{"title", []string{"title", "headline"}, func(o Options) string { return o.Title }, plain(func(d *Document) *string { return &d.Title })},
	{"label", []string{"label", "class", "category", "target"}, func(o Options) string { return o.Label }, plain(func(d *Document) *string { return &d.Label })},
	{"labels", []string{"labels"}, func(o Options) string { return o.Labels }, setLabels},
	{"group", []string{"group", "group_id", "article", "source"}, func(o Options) string { return o.Group }, plain(func(d *Document) *string { return &d.Group })},
	{"domain", []string{"domain", "subject", "topic"}, func(o Options) string { return o.Domain }, plain(func(d *Document) *string { return &d.Domain })},
	{"split", []string{"split", "subset", "partition"}, func(o Options) string { return o.Split }, setSplit},
	{"author", []string{"author"}, func(o Options) string { return o.Author }, plain(func(d *Document) *string { return &d.Author })},
	{"time", []string{"time", "date", "timestamp"}, func(o Options) string { return o.Time }, setTime},
	{"keyphrases", []string{"keyphrases", "keywords", "keys"}, func(o Options) string { return o.Keyphrases }, setKeyphrases},
	{"alternatives", []string{"alternatives"}, func(o Options) string { return "" }, setAlternatives},
	{"stemmed", []string{"stemmed"}, func(o Options) string { return "" }, setStemmed},
	{"entities", []string{"entities"}, func(o Options) string { return o.Entities }, setEntities},
	{"relations", []string{"relations"}, func(o Options) string { return o.Relations }, setRelations},
}

// labelsProperty is the one that may stand for the label.
var labelsProperty = &properties[slices.IndexFunc(properties, func(p property) bool { return p.name == "labels" })]

// lists are the properties whose JSON is a list.
var lists = []string{"labels", "keyphrases", "alternatives", "entities", "relations"}

func setSplit(d *Document, s string) error {
	if s == "" {
		return nil
	}
	if d.Split = splitWords[strings.ToLower(s)]; d.Split == "" {
		return fmt.Errorf("unknown split %q: use train, validation or test", s)
	}
	return nil
}

func setLabels(d *Document, s string) (err error) {
	d.Labels, err = stringList(s)
	if d.Label == "" && len(d.Labels) == 1 {
		d.Label = d.Labels[0]
	}
	return err
}

func setKeyphrases(d *Document, s string) (err error) {
	d.Keyphrases, err = stringList(s)
	return err
}

func setAlternatives(d *Document, s string) error {
	if s == "" {
		return nil
	}
	if strings.Count(s, "[") > maxSpans {
		return fmt.Errorf("more than %d lists: %w", maxSpans, ErrTooLarge)
	}
	if err := json.Unmarshal([]byte(s), &d.Alternatives); err != nil {
		return fmt.Errorf("not a list with a list of spellings for each keyphrase: %w", err)
	}
	return nil
}

func setStemmed(d *Document, s string) (err error) {
	if s != "" {
		if d.Stemmed, err = strconv.ParseBool(s); err != nil {
			err = fmt.Errorf("%q is neither true nor false", shortened(s))
		}
	}
	return err
}

// errNoTime is the error of a time that cannot be read.
var errNoTime = errors.New("not a time: use 2006-01-02T15:04:05Z, a date, a year, or seconds since 1970")

func setTime(d *Document, s string) error {
	if s == "" {
		return nil
	}
	t, ok := parseTime(s)
	if !ok {
		return fmt.Errorf("%q is %w", s, errNoTime)
	}
	d.Time = t
	return nil
}

// stringList reads a JSON list of strings, or a list with semicolons.
func stringList(s string) ([]string, error) {
	if !strings.HasPrefix(s, "[") {
		return phraseList(s), nil
	}
	var list []string
	if err := json.Unmarshal([]byte(s), &list); err != nil {
		return nil, fmt.Errorf("not a list of strings: %w", err)
	}
	return list, nil
}

// phraseList cuts a list at its semicolons.
func phraseList(s string) []string {
	var phrases []string
	for p := range strings.SplitSeq(s, ";") {
		if p = strings.TrimSpace(p); p != "" {
			phrases = append(phrases, p)
		}
	}
	return phrases
}

func setEntities(d *Document, s string) error {
	return spans(s, "{type, text, start, end}", &d.Entities)
}

func setRelations(d *Document, s string) error { return spans(s, "{type, head, tail}", &d.Relations) }

// spans reads a JSON list of entities or relations.
func spans(s, form string, list any) error {
	if s == "" {
		return nil
	}
	if strings.Count(s, "{") > 3*maxSpans {
		return fmt.Errorf("more than %d items: %w", maxSpans, ErrTooLarge)
	}
	if err := json.Unmarshal([]byte(s), list); err != nil {
		return fmt.Errorf("not a list of %s: %w", form, err)
	}
	return nil
}

// checkSpans makes sure that entities and relations point into the text.
func (d Document) checkSpans() error {
	check := func(what string, s Span) error {
		if s.Start < 0 || s.End > len(d.Text) || s.Start > s.End || d.Text[s.Start:s.End] != s.Text {
			return fmt.Errorf("the %s %q is not in the text at the bytes %d to %d", what, s.Text, s.Start, s.End)
		}
		return nil
	}
	for _, e := range d.Entities {
		if err := check("entity", e.Span); err != nil {
			return err
		}
	}
	for _, r := range d.Relations {
		for _, s := range []Span{r.Head, r.Tail} {
			if err := check("relation term", s); err != nil {
				return err
			}
		}
	}
	return nil
}

// findColumn returns the column that holds a property, or -1.
func (r *reader) findColumn(p *property, header []string) int {
	switch chosen := p.chosen(r.opt); chosen {
	case "":
	case "-":
		return -1
	default:
		return slices.Index(header, chosen)
	}
	for _, n := range p.names {
		if i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), n) }); i >= 0 {
			return i
		}
	}
	return -1
}

// missing returns the error for a property that no column holds, if it must be
// there.
func (r *reader) missing(p *property, have []string) error {
	option := strings.ToUpper(p.name[:1]) + p.name[1:]
	if p.name == "id" {
		option = "ID"
	}
	if chosen := p.chosen(r.opt); chosen != "" && chosen != "-" {
		return fmt.Errorf("there is no column %q, which Options.%s names; there are %s", chosen, option, listed(have))
	}
	if p.name == "text" || p.name == "label" && !r.opt.Unlabelled && r.findColumn(labelsProperty, have) < 0 {
		advice := "Options." + option + ", or Options.Columns if there is no header row"
		if p.name == "label" {
			advice += ", or Options.Unlabelled if there are no classes"
		}
		return fmt.Errorf("there is no %s column: call one %s, or set %s; the columns are %s", p.name, strings.Join(p.names, ", "), advice, listed(have))
	}
	return nil
}

// listed quotes names for a message, long ones shortened: without a header row
// they are a row of data.
func listed(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(shortened(n))
	}
	return some(quoted)
}

// shortened returns the beginning of what is quoted in a message.
func shortened(s string) string {
	const most = 30
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

package data

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"viva/mlkit/trace"
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
	{"entities", []string{"entities"}, func(o Options) string { return o.Entities }, setEntities},
	{"relations", []string{"relations"}, func(o Options) string { return o.Relations }, setRelations},
}

// labelsProperty is the one that may stand for the label.
var labelsProperty = &properties[slices.IndexFunc(properties, func(p property) bool { return p.name == "labels" })]

// lists are the properties whose JSON is a list.
var lists = []string{"labels", "keyphrases", "entities", "relations"}

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

// errNoTime is the error of a time that cannot be read.
var errNoTime = errors.New("not a time: use 2006-01-02T15:04:05Z, a date, or seconds since 1970")

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

// table reads a file whose rows are documents.
func (r *reader) table(name, format, split string) error {
	raw, err := r.limit.readFile(name, math.MaxInt64)
	if err != nil {
		return err
	}
	return r.parse(name, format, split, raw)
}

// parse reads the content of a table in any format that is one file.
func (r *reader) parse(name, format, split string, raw []byte) error {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	first := len(r.rows)
	var err error
	switch format {
	case "lines":
		err = r.labelledLines(name, string(raw))
	case "octis":
		err = r.octis(name, string(raw))
	case "semeval2010-t8":
		err = r.semEval8(name, string(raw))
	case "reuters":
		err = r.reuters(name, string(raw))
	default:
		if raw, err = r.strict(name, raw); err != nil {
			return err
		}
		switch format {
		case "jsonl":
			err = r.jsonl(name, raw)
		case "ag_news":
			err = r.agNews(name, raw)
		default:
			err = r.columns(name, format, raw)
		}
	}
	if err != nil {
		return err
	}
	if len(r.rows) == first && r.leftOut == 0 {
		return fmt.Errorf("%s: %w", name, ErrEmpty)
	}
	stem := filepath.Base(name)
	for _, ext := range []string{".gz", filepath.Ext(strings.TrimSuffix(stem, ".gz"))} {
		stem = strings.TrimSuffix(stem, ext)
	}
	for i := range r.rows[first:] {
		d := &r.rows[first+i].doc
		d.Split = cmp.Or(d.Split, split)
		d.ID = cmp.Or(d.ID, fmt.Sprintf("%s:%d", stem, i+1))
	}
	return nil
}

// add appends a document that was read, and charges it.
func (r *reader) add(d Document, at place) error {
	if err := r.limit.take(at.String(), documentCost); err != nil {
		return err
	}
	return r.put(d, at)
}

// put appends a document that was charged already, if its spans are in its
// text.
func (r *reader) put(d Document, at place) error {
	if err := d.checkSpans(); err != nil {
		return r.malformed(at, err)
	}
	r.rows = append(r.rows, row{d, at})
	return nil
}

// strict returns a file as UTF-8. Where rows may be skipped, those that are not
// UTF-8 are left in it.
func (r *reader) strict(name string, raw []byte) ([]byte, error) {
	i := firstInvalid(raw)
	switch {
	case r.opt.Encoding == "latin1":
		return []byte(fromLatin1(string(raw))), nil
	case i < 0 || r.opt.SkipMalformed && r.opt.Encoding != "replace":
		return raw, nil
	}
	at := place{name, 1 + bytes.Count(raw[:i], []byte("\n"))}
	if r.opt.Encoding == "replace" {
		r.odd(replaced, at)
		return bytes.ToValidUTF8(raw, []byte("\ufffd")), nil
	}
	return nil, fmt.Errorf("%s: %w", at, errNotUTF8)
}

var errNotUTF8 = errors.New("not valid UTF-8: convert the file or set Options.Encoding to \"latin1\"")

func firstInvalid(raw []byte) int {
	if utf8.Valid(raw) {
		return -1
	}
	for i := 0; i < len(raw); {
		c, n := utf8.DecodeRune(raw[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// columns reads CSV or TSV.
func (r *reader) columns(name, format string, raw []byte) error {
	next := tsvRecords(raw)
	if format == "csv" {
		next = csvRecords(raw)
	}
	header := r.opt.Columns
	headerLine := 0
	if len(header) == 0 {
		fields, line, err := next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", name, ErrEmpty)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
		header, headerLine = slices.Clone(fields), line
	}
	at := make([]*property, len(header))
	hasGroup := false
	for i := range properties {
		p := &properties[i]
		col := r.findColumn(p, header)
		if col >= 0 {
			at[col] = p
			hasGroup = hasGroup || p.name == "group"
			continue
		}
		if missing := r.missing(p, header); missing != nil {
			return fmt.Errorf("%s:%d: %w", name, max(headerLine, 1), missing)
		}
	}
	return r.records(name, next, func(fields []string, where place) (d Document, err error) {
		if len(fields) != len(header) {
			return d, fmt.Errorf("%d columns where %d are expected", len(fields), len(header))
		}
		for i, p := range at {
			if p == nil {
				continue
			}
			err := p.set(&d, fields[i])
			if errors.Is(err, errNoTime) && r.opt.Time == "" {
				r.odd(undated, where)
				err = nil
			}
			if err != nil {
				return d, err
			}
		}
		if !hasGroup {
			d.Group = d.Author
		}
		return d, nil
	})
}

// records makes documents of the rows of a table. An error of document means
// that the row is malformed.
func (r *reader) records(name string, next records, document func(fields []string, where place) (Document, error)) error {
	for n := 1; ; n++ {
		fields, line, err := next()
		if errors.Is(err, io.EOF) {
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(r.rows), len(r.rows))
			return nil
		}
		where := place{name, line}
		var d Document
		if err == nil && !slices.ContainsFunc(fields, isBroken) {
			d, err = document(fields, where)
		} else if err == nil {
			err = errNotUTF8
		}
		if err == nil {
			err = r.add(d, where)
		} else {
			err = r.malformed(where, err)
		}
		if err != nil {
			return err
		}
		if n%10000 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(r.rows), 0)
		}
	}
}

func isBroken(s string) bool { return !utf8.ValidString(s) }

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

// records returns the next row of a table with the line it begins at, and
// io.EOF after the last. The fields are valid until the next call.
type records func() (fields []string, line int, err error)

func csvRecords(raw []byte) records {
	c := csv.NewReader(bytes.NewReader(raw))
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	line := 1
	return func() ([]string, int, error) {
		if err := checkExtent(raw[c.InputOffset():]); err != nil {
			return nil, line, err
		}
		fields, err := c.Read()
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			line = bad.Line + 1
			return nil, bad.StartLine, fmt.Errorf("not valid CSV: column %d: %w", bad.Column, bad.Err)
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ = c.FieldPos(0)
		return fields, line, nil
	}
}

// checkExtent looks at the row with which a CSV file begins before it is read,
// since reading takes 40 bytes for each comma.
func checkExtent(raw []byte) error {
	if len(raw) <= maxColumns {
		return nil
	}
	columns, quoted := 1, false
	for i, c := range raw {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			columns++
		case c == '\n':
			return nil
		}
		if columns > maxColumns {
			return errColumns
		}
		if i >= maxDocument {
			return errLongRow
		}
	}
	return nil
}

var (
	errColumns = fmt.Errorf("a row of more than %d columns, which is no table of texts: %w", maxColumns, ErrTooLarge)
	errLongRow = fmt.Errorf("a row of more than %s, as no document is: cut it into documents (or is there a quote that never ends?): %w", bytesOf(maxDocument), ErrTooLarge)
)

func tsvRecords(raw []byte) records {
	line := 0
	return func() ([]string, int, error) {
		for len(raw) > 0 {
			text, rest, _ := bytes.Cut(raw, []byte("\n"))
			raw = rest
			line++
			text = bytes.TrimSuffix(text, []byte("\r"))
			switch {
			case len(text) == 0:
			case len(text) > maxDocument:
				return nil, line, errLongRow
			case bytes.Count(text, []byte("\t")) >= maxColumns:
				return nil, line, errColumns
			default:
				return strings.Split(string(text), "\t"), line, nil
			}
		}
		return nil, line, io.EOF
	}
}

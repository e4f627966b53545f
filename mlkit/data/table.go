package data

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	{"group", []string{"group", "group_id", "article", "source", "author"}, func(o Options) string { return o.Group }, plain(func(d *Document) *string { return &d.Group })},
	{"domain", []string{"domain", "subject", "topic"}, func(o Options) string { return o.Domain }, plain(func(d *Document) *string { return &d.Domain })},
	{"split", []string{"split", "subset", "partition"}, func(o Options) string { return o.Split }, setSplit},
	{"keyphrases", []string{"keyphrases", "keywords", "keys"}, func(o Options) string { return o.Keyphrases }, setKeyphrases},
	{"relations", []string{"relations"}, func(o Options) string { return o.Relations }, setRelations},
}

func setSplit(d *Document, s string) error {
	if s == "" {
		return nil
	}
	if d.Split = splitWords[strings.ToLower(s)]; d.Split == "" {
		return fmt.Errorf("unknown split %q: use train, validation or test", s)
	}
	return nil
}

func setKeyphrases(d *Document, s string) error {
	if strings.HasPrefix(s, "[") {
		if err := json.Unmarshal([]byte(s), &d.Keyphrases); err != nil {
			return fmt.Errorf("the keyphrases are not a list of strings: %w", err)
		}
		return nil
	}
	d.Keyphrases = phraseList(s)
	return nil
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

func setRelations(d *Document, s string) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), &d.Relations); err != nil {
		return fmt.Errorf("the relations are not a list of {type, head, tail}: %w", err)
	}
	return nil
}

// checkSpans makes sure that relations point into the text.
func (d Document) checkSpans() error {
	for _, r := range d.Relations {
		for _, s := range []Span{r.Head, r.Tail} {
			if s.Start < 0 || s.End > len(d.Text) || s.Start > s.End || d.Text[s.Start:s.End] != s.Text {
				return fmt.Errorf("the relation term %q is not in the text at the bytes %d to %d", s.Text, s.Start, s.End)
			}
		}
	}
	return nil
}

// table reads a JSONL, CSV or TSV file.
func (r *reader) table(name, format, split string) ([]row, error) {
	raw, err := readFile(name)
	if err != nil {
		return nil, err
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if r.opt.Encoding == "latin1" {
		raw = []byte(fromLatin1(string(raw)))
	} else if i := firstInvalid(raw); i >= 0 {
		return nil, fmt.Errorf("%s:%d: not valid UTF-8: convert the file or set Options.Encoding to \"latin1\"", name, 1+bytes.Count(raw[:i], []byte("\n")))
	}
	var rows []row
	switch format {
	case "jsonl":
		rows, err = r.jsonl(name, raw)
	default:
		rows, err = r.columns(name, format, raw)
	}
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrEmpty)
	}
	stem := filepath.Base(name)
	for _, ext := range []string{".gz", filepath.Ext(strings.TrimSuffix(stem, ".gz"))} {
		stem = strings.TrimSuffix(stem, ext)
	}
	for i := range rows {
		d := &rows[i].doc
		d.Split = cmp.Or(d.Split, split)
		d.ID = cmp.Or(d.ID, fmt.Sprintf("%s:%d", stem, i+1))
		if err := d.checkSpans(); err != nil {
			return nil, fmt.Errorf("%s: %w", rows[i].at, err)
		}
	}
	return rows, nil
}

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
func (r *reader) columns(name, format string, raw []byte) ([]row, error) {
	next := tsvRecords(raw)
	if format == "csv" {
		next = csvRecords(raw)
	}
	header := r.opt.Columns
	headerLine := 0
	if len(header) == 0 {
		fields, line, err := next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w", name, ErrEmpty)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		header, headerLine = slices.Clone(fields), line
	}
	at := make([]*property, len(header))
	for i := range properties {
		p := &properties[i]
		col := r.findColumn(p, header)
		if col >= 0 {
			at[col] = p
			continue
		}
		if missing := r.missing(p, header); missing != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, max(headerLine, 1), missing)
		}
	}
	var rows []row
	for {
		fields, line, err := next()
		if errors.Is(err, io.EOF) {
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(rows), len(rows))
			return rows, nil
		}
		where := place{name, line}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		if len(fields) != len(header) {
			return nil, fmt.Errorf("%s: %d columns where %d are expected", where, len(fields), len(header))
		}
		var d Document
		for i, p := range at {
			if p == nil {
				continue
			}
			if err := p.set(&d, fields[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", where, err)
			}
		}
		rows = append(rows, row{d, where})
		if len(rows)%10000 == 0 {
			if err := r.ctx.Err(); err != nil {
				return nil, err
			}
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(rows), 0)
		}
	}
}

// findColumn returns the column that holds a property, or -1.
func (r *reader) findColumn(p *property, header []string) int {
	if chosen := p.chosen(r.opt); chosen != "" {
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
	if chosen := p.chosen(r.opt); chosen != "" {
		return fmt.Errorf("there is no column %q, which Options.%s names; there are %s", chosen, option, listed(have))
	}
	if p.name == "text" || p.name == "label" && !r.opt.Unlabelled {
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
	const most = 30
	quoted := make([]string, len(names))
	for i, n := range names {
		if r := []rune(n); len(r) > most {
			n = string(r[:most]) + "…"
		}
		quoted[i] = strconv.Quote(n)
	}
	return some(quoted)
}

// records returns the next row of a table with the line it begins at, and
// io.EOF after the last. The fields are valid until the next call.
type records func() (fields []string, line int, err error)

func csvRecords(raw []byte) records {
	c := csv.NewReader(bytes.NewReader(raw))
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	return func() ([]string, int, error) {
		fields, err := c.Read()
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, bad.StartLine, fmt.Errorf("not valid CSV: column %d: %w", bad.Column, bad.Err)
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ := c.FieldPos(0)
		return fields, line, nil
	}
}

func tsvRecords(raw []byte) records {
	line := 0
	return func() ([]string, int, error) {
		for len(raw) > 0 {
			text, rest, _ := bytes.Cut(raw, []byte("\n"))
			raw = rest
			line++
			text = bytes.TrimSuffix(text, []byte("\r"))
			if len(text) > 0 {
				return strings.Split(string(text), "\t"), line, nil
			}
		}
		return nil, line, io.EOF
	}
}

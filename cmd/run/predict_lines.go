package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"viva/mlkit/data"
	"viva/mlkit/pipeline"
)

// lines are some lines of standard input, and the error behind them.
type lines struct {
	// first is the number of the first one, from 1.
	first   int
	content [][]byte
	err     error
}

const (
	// mostLines and mostBytes bound what is predicted at once, and longestLine, in
	// bytes, what is read of a file that is no lines at all.
	mostLines   = 256
	mostBytes   = 1 << 20
	longestLine = 64 << 20
)

// readLines hands over lines as they come: as many as are there without waiting,
// up to the bounds. At the end of the input, or an error, it closes the channel.
func readLines(ctx context.Context, in io.Reader, batches chan<- lines) {
	defer close(batches)
	r := bufio.NewReaderSize(in, mostBytes)
	batch := lines{first: 1}
	size := 0
	send := func() bool {
		if len(batch.content) == 0 && batch.err == nil {
			return true
		}
		select {
		case batches <- batch:
		case <-ctx.Done():
			return false
		}
		batch, size = lines{first: batch.first + len(batch.content)}, 0
		return true
	}
	for {
		waiting, _ := r.Peek(r.Buffered())
		if size >= mostBytes || len(batch.content) == mostLines || bytes.IndexByte(waiting, '\n') < 0 {
			if !send() {
				return
			}
		}
		content, err := readLine(r)
		if len(content) > 0 {
			batch.content = append(batch.content, content)
			size += len(content)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				batch.err = fmt.Errorf("stdin:%d: %w", batch.first+len(batch.content), err)
			}
			send()
			return
		}
	}
}

// readLine reads up to the end of a line, or what is left; the end of the line
// belongs to it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var content []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(content)+len(part) > longestLine {
			return nil, fmt.Errorf("the line is longer than %d MiB: write one document to a line", longestLine>>20)
		}
		content = append(content, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return content, err
		}
	}
}

// asked is a document that was read.
type asked struct {
	input pipeline.Input
	// id is that of the document as it was written, a text or a number; nil
	// without one.
	id json.RawMessage
}

// form is shown to those whose line is refused.
const form = `{"text": "…"}`

// parseLine reads a document; of a blank line it returns nil.
func parseLine(b []byte) (*asked, error) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff"))) // some programs begin a file so
	if len(b) == 0 {
		return nil, nil
	}
	if !utf8.Valid(b) {
		return nil, errors.New("the line is not UTF-8: convert the file, for example with iconv -t utf-8")
	}
	var d struct {
		ID       json.RawMessage `json:"id"`
		Text     *string         `json:"text"`
		Title    string          `json:"title"`
		Message  bool            `json:"message"`
		Entities []data.Entity   `json:"entities"`
	}
	if err := json.Unmarshal(b, &d); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return nil, fmt.Errorf("%s is a JSON %s: write %s", wrong.Field, wrong.Value, wanted(wrong.Field))
		}
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("the line is a JSON %s: write one object to a line, such as %s", wrong.Value, form)
		}
		return nil, fmt.Errorf("the line is not JSON (%w): write one object to a line, such as %s", err, form)
	}
	if d.Text == nil {
		return nil, fmt.Errorf("the document has no text: write one object to a line, such as %s", form)
	}
	l := &asked{input: pipeline.Input{Text: *d.Text, Title: d.Title, Entities: d.Entities, Message: d.Message}}
	switch {
	case len(d.ID) == 0 || string(d.ID) == "null":
	case d.ID[0] == '"' || d.ID[0] == '-' || d.ID[0] >= '0' && d.ID[0] <= '9':
		l.id = d.ID
	default:
		return nil, errors.New("id is neither a text nor a number")
	}
	if err := l.input.Check(); err != nil {
		return nil, err
	}
	return l, nil
}

// wanted says what a field of a document must be.
func wanted(field string) string {
	switch field {
	case "text", "title":
		return "a text"
	case "message":
		return "true or false"
	}
	return `entities as [{"start": 4, "end": 9, "text": "…"}], where start and end count bytes of the text`
}

// answer is a prediction as a line, with the document's id as it was written.
func (l asked) answer(o pipeline.Output) ([]byte, error) {
	o.ID = ""
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return nil, err
	}
	if l.id == nil {
		return b.Bytes(), nil
	}
	rest := b.Bytes()[1:]
	head := append([]byte(`{"id":`), l.id...)
	if rest[0] != '}' {
		head = append(head, ',')
	}
	return append(head, rest...), nil
}

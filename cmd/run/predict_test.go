package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"viva/mlkit/pipeline"
)

// echo labels a document with its text, and counts the calls.
type echo struct{ calls int }

func (e *echo) Predict(_ context.Context, inputs []pipeline.Input) ([]pipeline.Output, error) {
	e.calls++
	list := make([]pipeline.Output, len(inputs))
	for i, in := range inputs {
		list[i] = pipeline.Output{Kind: pipeline.Classifier, Label: in.Text, Probability: -1}
	}
	return list, nil
}

// However input comes, each document has its answer, in the order of the input,
// and each other line a message with its number.
func TestAnswersComeInTheOrderOfTheDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 600).Draw(t, "lines")
		var in, out, errs strings.Builder
		bad := 0
		for i, kind := range kinds {
			switch kind {
			case 0:
				in.WriteString("\n")
			case 1:
				in.WriteString("{\n")
				fmt.Fprintf(&errs, "stdin:%d: the line is not JSON", i+1)
				bad++
			case 2:
				fmt.Fprintf(&in, `{"id":%d,"text":"%s"}`+"\n", i, strings.Repeat("x", i*20))
				fmt.Fprintf(&out, `{"id":%d,"label":"%s","margin":0}`+"\n", i, strings.Repeat("x", i*20))
			default:
				fmt.Fprintf(&in, "{\"text\":\"%d\"}\r\n", i)
				fmt.Fprintf(&out, `{"label":"%d","margin":0}`+"\n", i)
			}
		}
		content := in.String()
		if rapid.Bool().Draw(t, "cut") {
			content = strings.TrimSuffix(content, "\n")
		}
		reader := io.Reader(strings.NewReader(content))
		switch rapid.IntRange(0, 2).Draw(t, "reader") {
		case 1:
			reader = iotest.OneByteReader(reader)
		case 2:
			reader = iotest.HalfReader(reader)
		}
		var stdout, stderr bytes.Buffer
		n, err := predictLines(context.Background(), &echo{}, environment{stdin: reader, stdout: &stdout, stderr: &stderr})
		if err != nil || n != bad || stdout.String() != out.String() {
			t.Fatalf("%d bad lines of %d, %v:\n%s\nwant\n%s", n, bad, err, stdout.String(), out.String())
		}
		var heads strings.Builder
		for line := range strings.Lines(stderr.String()) {
			head, _, _ := strings.Cut(line, " (")
			heads.WriteString(head)
		}
		if heads.String() != errs.String() {
			t.Fatalf("messages:\n%s", stderr.String())
		}
	})
}

func TestAWriterThatWaitsGetsItsAnswer(t *testing.T) {
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := predictLines(t.Context(), &echo{}, environment{stdin: in, stdout: out, stderr: io.Discard})
		out.Close()
		done <- err
	}()
	answers := json.NewDecoder(stdout)
	for i := range 3 {
		fmt.Fprintf(stdin, "{\"text\":\"%d\"}\n", i)
		var a struct{ Label string }
		if err := answers.Decode(&a); err != nil || a.Label != fmt.Sprint(i) {
			t.Fatalf("%q, %v", a.Label, err)
		}
	}
	stdin.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsThereIsPredictedAtOnce(t *testing.T) {
	e := &echo{}
	in := strings.NewReader(strings.Repeat("{\"text\":\"a\"}\n", 1000))
	if _, err := predictLines(t.Context(), e, environment{stdin: in, stdout: io.Discard, stderr: io.Discard}); err != nil || e.calls > 5 {
		t.Errorf("%d calls, %v", e.calls, err)
	}
}

// noLines is a file that is no lines.
type noLines struct{ read int }

func (e *noLines) Read(b []byte) (int, error) {
	e.read += len(b)
	return copy(b, bytes.Repeat([]byte("x"), len(b))), nil
}

type failing struct{ pipeline.Predictor }

func (failing) Predict(context.Context, []pipeline.Input) ([]pipeline.Output, error) {
	return nil, errors.New("no memory")
}

func TestWhatEndsPredicting(t *testing.T) {
	good := `{"text":"a"}` + "\n"
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	e := &noLines{}
	for want, c := range map[string]struct {
		ctx context.Context
		p   pipeline.Predictor
		in  io.Reader
		out io.Writer
	}{
		"stdin:2: the line is longer than 64 MiB":        {t.Context(), &echo{}, io.MultiReader(strings.NewReader(good), e), io.Discard},
		"stdin:2: broken pipe":                           {t.Context(), &echo{}, io.MultiReader(strings.NewReader(good), iotest.ErrReader(errors.New("broken pipe"))), io.Discard},
		"standard output: io: read/write on closed pipe": {t.Context(), &echo{}, strings.NewReader(good), closedPipe()},
		"interrupted": {cancelled, &echo{}, strings.NewReader(good), io.Discard},
		"no memory":   {t.Context(), failing{}, strings.NewReader(good), io.Discard},
	} {
		if _, err := predictLines(c.ctx, c.p, environment{stdin: c.in, stdout: c.out, stderr: io.Discard}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if e.read > 2*longestLine {
		t.Errorf("%d bytes were read of a line without end", e.read)
	}
}

func closedPipe() io.Writer {
	r, w := io.Pipe()
	r.Close()
	return w
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{`{"text":"a"}`, `{"id":"x","text":"ä","entities":[{"start":0,"end":2}]}`, `{"id":-1e3,"text":""}`, `[]`, "\ufeff{}", `{"text":null}`, `{"ID":null,"text":"a","message":true}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseLine(b)
		if err != nil || d == nil {
			return
		}
		if !utf8.ValidString(d.input.Text) {
			t.Errorf("the text %q is not UTF-8", d.input.Text)
		}
		if err := d.input.Check(); err != nil {
			t.Error(err)
		}
		line, err := d.answer(pipeline.Output{Kind: pipeline.Relations, Reason: "r"})
		if err != nil || !json.Valid(line) || bytes.Count(line, []byte("\n")) != 1 {
			t.Errorf("%q, %v", line, err)
		}
	})
}

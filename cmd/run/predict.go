package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"viva/internal/outputfolder"
	"viva/mlkit/model"
	"viva/mlkit/pipeline"
)

// predictSettings are the flags of the predict verb.
type predictSettings struct {
	model, folder string
	most          int
	skip          bool
}

func (s *predictSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run predict", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.model, "model", "", "")
	flags.StringVar(&s.folder, "models", filepath.Join(outputfolder.Default, "models"), "")
	flags.IntVar(&s.most, "n", 0, "")
	flags.BoolVar(&s.skip, "skip", false, "")
	return flags
}

// predict reads documents from standard input, one JSON value to a line, and
// writes what a saved model says of each.
func predict(ctx context.Context, env environment, args []string) error {
	var s predictSettings
	rest, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	opt := model.Options{Folder: s.folder}
	switch {
	case len(rest) > 0:
		return usagef("predict takes no files: %q; documents are read from standard input: run predict -model NAME < %s", rest[0], rest[0])
	case s.model == "":
		have := "there are none in " + filepath.ToSlash(s.folder) + " yet: run the notebooks that train them"
		if names := model.Names(opt); len(names) > 0 {
			have = "in " + filepath.ToSlash(s.folder) + " are " + strings.Join(names, ", ")
		}
		return usagef("predict needs -model NAME; of the models, %s", have)
	case s.most < 0:
		return usagef("-n %d: give at least 1, or 0 for the model's own number", s.most)
	}
	saved, err := model.Load(s.model, opt)
	if err != nil {
		return err
	}
	if s.most > 0 && saved.Kind != pipeline.Keyphrases && saved.Kind != pipeline.Topics {
		return usagef("-n %d: %s is of the kind %s; a number can be given for keyphrases and topics", s.most, s.model, saved.Kind)
	}
	p, err := pipeline.Open(saved, pipeline.Options{Most: s.most})
	if err != nil {
		return err
	}
	bad, err := predictLines(ctx, p, env)
	switch {
	case err != nil:
		return err
	case bad > 0 && !s.skip:
		return errFailed
	}
	return nil
}

// predictLines predicts for the lines that are there at once: a writer that waits
// for an answer gets it, and one that does not is served many at a time. It returns
// the number of lines that are no documents; these are told of, and have no line in
// the output.
func predictLines(ctx context.Context, p pipeline.Predictor, env environment) (bad int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan lines, 1)
	go readLines(ctx, env.stdin, batches)
	out := bufio.NewWriterSize(env.stdout, 1<<16)
	for {
		var batch lines
		var open bool
		select {
		case batch, open = <-batches:
		case <-ctx.Done():
		}
		switch {
		case ctx.Err() != nil:
			return bad, errInterrupted
		case !open:
			return bad, nil
		}
		documents := make([]asked, 0, len(batch.content))
		for i, content := range batch.content {
			d, err := parseLine(content)
			switch {
			case err != nil:
				bad++
				fmt.Fprintf(env.stderr, "stdin:%d: %v\n", batch.first+i, err)
			case d != nil:
				documents = append(documents, *d)
			}
		}
		if err := writePredictions(ctx, p, documents, out); err != nil {
			return bad, err
		}
		if err := out.Flush(); err != nil {
			return bad, fmt.Errorf("predict: standard output: %w", err)
		}
		if batch.err != nil {
			return bad, batch.err
		}
	}
}

var errInterrupted = errors.New("predict: interrupted")

func writePredictions(ctx context.Context, p pipeline.Predictor, batch []asked, out io.Writer) error {
	if len(batch) == 0 {
		return nil
	}
	inputs := make([]pipeline.Input, len(batch))
	for i, l := range batch {
		inputs[i] = l.input
	}
	outputs, err := p.Predict(ctx, inputs)
	if err != nil {
		if ctx.Err() != nil {
			return errInterrupted
		}
		return err
	}
	for i, o := range outputs {
		b, err := batch[i].answer(o)
		if err != nil {
			return fmt.Errorf("predict: %w", err)
		}
		if _, err := out.Write(b); err != nil {
			return fmt.Errorf("predict: standard output: %w", err)
		}
	}
	return nil
}

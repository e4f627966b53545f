package main

import (
	"context"
	"fmt"
)

// quality is a task of the benchmark "quality": how well mlkit's defaults do on
// the official splits of a public data set.
type quality struct {
	// task says what is measured, for the log.
	task string
	run  func(ctx context.Context, s settings) ([]result, error)
}

var qualities = []quality{
	{"keyphrases of Inspec, SemEval-2010 Task 5 and ScienceIE", keyphraseQuality},
}

// measureQuality runs all tasks.
func measureQuality(ctx context.Context, s settings) ([]result, error) {
	var all []result
	for _, q := range qualities {
		fmt.Fprintf(s.log, "%s\n", q.task)
		results, err := q.run(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.task, err)
		}
		all = append(all, results...)
	}
	return all, nil
}

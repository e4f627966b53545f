package classify_test

import (
	"fmt"
	"strings"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/split"
	"viva/mlkit/trace"
)

// Folds end in any order, but the log of a training is part of the report and
// must be the same in every run.
func TestLogIsInTheOrderOfTheFolds(t *testing.T) {
	var texts, labels []string
	for i := range 60 {
		texts = append(texts, fmt.Sprintf("%s word%d other%d", []string{"red", "blue", "green"}[i%3], i, i%7))
		labels = append(labels, []string{"a", "b", "c"}[i%3])
	}
	folds, err := split.StratifiedKFold(labels, split.Options{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	ctx := trace.With(t.Context(), trace.Tracer{Log: func(line string) { lines = append(lines, line) }})
	if _, err := classify.CrossValidate(ctx, texts, labels, folds, classify.Options{}); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 10 {
		t.Fatalf("%d lines, want 10: %q", len(lines), lines)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, fmt.Sprintf("fold %d of 10:", i+1)) {
			t.Errorf("line %d is %q", i+1, line)
		}
	}
}

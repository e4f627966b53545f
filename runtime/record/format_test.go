package record_test

import (
	"testing"

	"viva/mlkit/results"
	"viva/runtime/record"
)

// Package results reads records without importing this package: they must agree
// on what they look like.
func TestResultsReadTheFormatOfRecords(t *testing.T) {
	if results.Format != record.Format {
		t.Errorf("records are of format %d, and mlkit/results reads %d", record.Format, results.Format)
	}
}

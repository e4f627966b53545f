package report

import (
	"fmt"
	"io"
	"path"

	"viva/runtime/record"
)

// Failure writes the page of a notebook that could not be parsed: what is
// wrong, each with the lines around it. The run may be nil; it gives the page
// its provenance.
func Failure(w io.Writer, file string, source []byte, diags []record.Diagnostic, run *record.Run) error {
	s, err := failureShell(file, source, diags, run)
	if err != nil {
		return err
	}
	return s.write(w, Options{}, run)
}

func failureShell(file string, source []byte, diags []record.Diagnostic, run *record.Run) (*shell, error) {
	s := &shell{Title: path.Base(file), Status: badge{"✗", "not a valid notebook", "bad"}}
	for _, d := range diags {
		x := newDiagnostic(d, source)
		if d.Severity == "warning" {
			s.Warnings = append(s.Warnings, x)
		} else {
			s.Problems = append(s.Problems, x)
		}
	}
	if run != nil {
		p, err := fragment("provenance", newProvenance(nil, run, Options{}))
		if err != nil {
			return nil, fmt.Errorf("report: %s: %w", file, err)
		}
		s.Provenance = p
	}
	return s, nil
}

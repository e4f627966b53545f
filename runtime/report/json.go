package report

import (
	"encoding/json"
	"fmt"
	"io"

	"viva/runtime/record"
)

// JSON writes the record, indented, with a newline at the end. A number that
// JSON cannot hold, such as NaN, is an error that names no half-written file:
// nothing is written before the whole is encoded.
func JSON(w io.Writer, run *record.Run) error {
	b, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return fmt.Errorf("report: the record of %s cannot be written as JSON: %w", run.Notebook, err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

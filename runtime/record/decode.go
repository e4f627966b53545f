package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// ErrNotARecord is wrapped by the errors of Decode for JSON that is whole but
// holds something else.
var ErrNotARecord = errors.New("not the record of a run")

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Decode reads the JSON form of a run. What Decode returns and what was
// written differ only where JSON has no form: a metric that is not finite
// comes back as NaN, an empty list as nil, text that is not UTF-8 with U+FFFD
// in the place of what is wrong. Encoding the result and decoding it again
// changes nothing more.
//
// It is an error if the JSON is damaged, is no record, or is of another format
// than Format.
func Decode(b []byte) (*Run, error) {
	var head struct {
		Format   *int    `json:"format"`
		Notebook *string `json:"notebook"`
		SHA256   *string `json:"sha256"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&head); err != nil {
		return nil, undecodable(b, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("damaged: text follows the end of the record on line %d", lineAt(b, d.InputOffset()))
	}
	switch {
	case head.Format == nil:
		return nil, fmt.Errorf("%w: it has no format", ErrNotARecord)
	case *head.Format > Format:
		return nil, fmt.Errorf("written by a newer version of this program: its format is %d, this program reads %d", *head.Format, Format)
	case *head.Format < Format:
		return nil, fmt.Errorf("of the older format %d, this program reads %d: run the notebook again", *head.Format, Format)
	case head.Notebook == nil || head.SHA256 == nil:
		return nil, fmt.Errorf("%w: it names no notebook", ErrNotARecord)
	case !hexSHA256.MatchString(*head.SHA256):
		return nil, fmt.Errorf("damaged: the notebook's sha256 is %q, not 64 hex digits", *head.SHA256)
	}
	r := new(Run)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, undecodable(b, err)
	}
	for i, c := range r.Cells {
		if c.Index != i {
			return nil, fmt.Errorf("damaged: the cell in place %d says that it is in place %d", i, c.Index)
		}
	}
	return r, nil
}

// undecodable says what is wrong with the JSON, and on which of its lines.
func undecodable(b []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("damaged: it ends too early")
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(b)):
		return errors.New("damaged: it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("damaged on line %d: %w", lineAt(b, syntax.Offset), err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("%w: it is a JSON %s", ErrNotARecord, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("damaged on line %d: %s is a %s", lineAt(b, kind.Offset), kind.Field, kind.Value)
	}
	return fmt.Errorf("damaged: %w", err)
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte{'\n'})
}

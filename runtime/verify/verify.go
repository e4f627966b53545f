// Package verify compares the recorded run of a notebook with a later one,
// cell by cell and number by number, and states the outcome as a certificate.
// It is pure: it runs no notebook and reads and writes no files.
//
// # What is compared
//
// The notebook's hash, title, parameters, seed and data, the models that labelled
// test documents and the corpora that were checked for leaks; of every cell and
// inline value how it ended and everything it gave: tables, metrics, figures
// with their data, claims, gates, notes, HTML, and what was printed. How long
// something took, when and where it ran, and warnings are not results and are
// not compared. How a failure was put into words is compared for cells that
// failed by themselves, not for those that were timed out or killed.
//
// # When numbers are the same
//
// Two numbers x and y are within tolerance t if |x−y| ≤ t·max(|x|, |y|).
// Numbers in the middle of text are compared like others, but whole numbers
// there must be the same, for they are counts or names. Where a table or a
// metric holds a number that is within tolerance, the text printed for it may
// differ by one unit of its last digit, as rounding makes it.
package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"viva/mlkit/trace"
	"viva/runtime/record"
)

// Format is the version of a certificate's JSON form.
const Format = 1

// DefaultTolerance is the relative difference up to which numbers are within
// tolerance: it absorbs sums in another order and fused multiplication, not
// another result.
const DefaultTolerance = 1e-9

// Verdict says how what is verified relates to what was recorded.
type Verdict string

const (
	// Exact: the same to the last bit.
	Exact Verdict = "exact"
	// Within: different, but no number by more than the tolerance.
	Within Verdict = "within tolerance"
	// Volatile: different, in a cell that cannot be the same in every run, for
	// example because it reads the clock.
	Volatile Verdict = "volatile"
	// Different: a number beyond the tolerance, or something other than a
	// number. How a cell ends and whether gates and claims hold must be the
	// same in volatile cells too.
	Different Verdict = "different"
)

var order = []Verdict{Exact, Within, Volatile, Different}

// Worst is the worst of the verdicts, Exact for none.
func Worst(verdicts ...Verdict) Verdict {
	worst := 0
	for _, v := range verdicts {
		worst = max(worst, slices.Index(order, v))
	}
	return order[worst]
}

// Difference is one place at which two runs differ.
type Difference struct {
	// Place is where, for example "table 1, row 3, column accuracy".
	Place    string `json:"place"`
	Recorded string `json:"recorded"`
	Verified string `json:"verified"`
	// Absolute is |x−y| and Relative |x−y| / max(|x|, |y|); both are nil where
	// what differs is not two finite numbers.
	Absolute *float64 `json:"absolute,omitempty"`
	Relative *float64 `json:"relative,omitempty"`
}

// Result is the verdict on a cell or an inline value.
type Result struct {
	// Cell is the cell's index, -1 for an inline value, which has Expr.
	Cell    int     `json:"cell"`
	Expr    string  `json:"expr,omitempty"`
	Label   string  `json:"label,omitempty"`
	Line    int     `json:"line"`
	Verdict Verdict `json:"verdict"`
	// Volatile names what keeps the cell from being the same in every run.
	Volatile []string `json:"volatile,omitempty"`
	// Largest is the largest difference that is within tolerance, by its
	// relative size.
	Largest *Difference `json:"largest,omitempty"`
	// Differences are the first that are more than that, Total how many there
	// are.
	Differences []Difference `json:"differences,omitempty"`
	Total       int          `json:"total_differences,omitempty"`
}

// maxDifferences is how many differences of one result a certificate lists.
const maxDifferences = 10

// Check is the verdict on something that concerns the notebook as a whole.
type Check struct {
	// Name is "notebook", "parameters", "seed", "data", "models" or "outcome".
	Name        string       `json:"name"`
	Verdict     Verdict      `json:"verdict"`
	Differences []Difference `json:"differences,omitempty"`
}

// Side is one of the two runs.
type Side struct {
	Started    time.Time         `json:"started"`
	Duration   time.Duration     `json:"duration_ns"`
	Status     record.Status     `json:"status"`
	SHA256     string            `json:"notebook_sha256"`
	Seed       int64             `json:"seed"`
	Params     []record.Param    `json:"params,omitempty"`
	Sources    []trace.Source    `json:"sources,omitempty"`
	Provenance record.Provenance `json:"provenance"`
}

// Binary is the program that verified.
type Binary struct {
	// SHA256 is the hash of the executable's bytes, in hex.
	SHA256 string `json:"sha256"`
	// Module and Version are those of the build; Revision is the commit it was
	// built from and Modified that files differed from it, where it knows.
	Module   string `json:"module,omitempty"`
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// Certificate is the outcome of a verification.
type Certificate struct {
	Format   int       `json:"format"`
	Notebook string    `json:"notebook"`
	Title    string    `json:"title"`
	Date     time.Time `json:"date"`
	// Verdict is the worst of all below.
	Verdict   Verdict `json:"verdict"`
	Tolerance float64 `json:"tolerance"`
	// Record is the hash of the file that holds the recorded run, in hex.
	Record string `json:"record_sha256"`
	Binary Binary `json:"binary"`
	// Verified has the zero time and no cells were compared where the notebook
	// was not run again, because it has changed.
	Recorded Side     `json:"recorded"`
	Verified Side     `json:"verified"`
	Checks   []Check  `json:"checks"`
	Cells    []Result `json:"cells,omitempty"`
	Inlines  []Result `json:"inlines,omitempty"`
}

// Compare compares a recorded run with a later one. Numbers are within
// tolerance up to the given relative difference, in 0..1. It is an error if
// the later run cannot be recorded, for then there is nothing to compare with.
func Compare(recorded, verified *record.Run, tolerance float64) (*Certificate, error) {
	if !(tolerance >= 0 && tolerance < 1) {
		return nil, fmt.Errorf("verify: the tolerance %v is not a relative difference in 0..1", tolerance)
	}
	// JSON does not hold everything, so both are compared in the form that is
	// recorded.
	b, err := json.Marshal(verified)
	if err != nil {
		return nil, fmt.Errorf("verify: the run of %s cannot be recorded: %w", verified.Notebook, err)
	}
	if verified, err = record.Decode(b); err != nil {
		return nil, fmt.Errorf("verify: the run of %s cannot be read back: %w", recorded.Notebook, err)
	}
	c := begin(recorded, tolerance)
	c.Verified, c.Date = side(verified), verified.Started
	c.Checks = checks(recorded, verified, tolerance)
	for i := range max(len(recorded.Cells), len(verified.Cells)) {
		c.Cells = append(c.Cells, cellResult(recorded, verified, i, tolerance))
	}
	for i := range max(len(recorded.Inlines), len(verified.Inlines)) {
		c.Inlines = append(c.Inlines, inlineResult(recorded, verified, i, tolerance))
	}
	c.judge()
	return c, nil
}

// Changed is the certificate for a notebook that is not the one that was run:
// its hash in hex now is not the recorded one. Nothing else is compared.
func Changed(recorded *record.Run, sha256 string, date time.Time, tolerance float64) *Certificate {
	c := begin(recorded, tolerance)
	c.Date, c.Verified = date, Side{SHA256: sha256, Status: record.NotRun}
	cmp := &comparison{tolerance: tolerance}
	cmp.plain("sha256", recorded.SHA256, sha256)
	c.Checks = []Check{cmp.check("notebook")}
	c.judge()
	return c
}

func begin(recorded *record.Run, tolerance float64) *Certificate {
	return &Certificate{Format: Format, Notebook: recorded.Notebook, Title: recorded.Title, Tolerance: tolerance, Recorded: side(recorded)}
}

func side(r *record.Run) Side {
	return Side{
		Started: r.Started, Duration: r.Duration, Status: r.Status, SHA256: r.SHA256,
		Seed: r.Seed, Params: r.Params, Sources: r.Sources, Provenance: r.Provenance,
	}
}

func (c *Certificate) judge() {
	var all []Verdict
	for _, k := range c.Checks {
		all = append(all, k.Verdict)
	}
	for _, r := range c.Results() {
		all = append(all, r.Verdict)
	}
	c.Verdict = Worst(all...)
}

// Results are those of the cells, then those of the inline values.
func (c *Certificate) Results() []Result { return slices.Concat(c.Cells, c.Inlines) }

// Count is how many cells and inline values have the verdict.
func (c *Certificate) Count(v Verdict) int {
	n := 0
	for _, r := range c.Results() {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// JSON is the certificate's JSON form, indented, with a newline at its end.
func (c *Certificate) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("verify: the certificate of %s cannot be written as JSON: %w", c.Notebook, err)
	}
	return append(b, '\n'), nil
}

// Overrides are the parameters of a recorded run as they are given to a
// notebook that is run again: those that were set then, and the seed.
func Overrides(recorded *record.Run) (map[string]string, error) {
	given := map[string]string{"seed": fmt.Sprint(recorded.Seed)}
	for _, p := range recorded.Params {
		if p.Name == "seed" {
			delete(given, "seed")
		}
	}
	for _, p := range recorded.Params {
		switch {
		case !p.Set:
		case !strings.HasPrefix(p.Type, "[]"):
			given[p.Name] = p.Value
		case len(p.Items) == 0 && p.Value != "[]":
			return nil, errors.New("the record does not list the items of the parameter " + p.Name + ": it is of an earlier version of this program")
		default:
			given[p.Name] = strings.Join(p.Items, ",")
		}
	}
	return given, nil
}

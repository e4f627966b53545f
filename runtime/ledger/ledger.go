// Package ledger is the history of runs: a file to which every run appends a
// line, and which nothing else changes. Each line holds the hash of the one
// before it, so that a line that is changed, removed or put in shows. It counts
// from that history how often a test split has been evaluated on.
//
// It does not keep what runs gave; records do. It cannot tell that its last lines
// were cut off: each record holds the hash of its own line for that.
//
// Any number of processes may append at once: the file is locked meanwhile. A
// line is synced before Append returns. What a crash leaves of a line stays
// where it is, and the next line says so.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"viva/mlkit/trace"
	"viva/runtime/record"
)

// Name is the name of the ledger in the folder that reports are written to.
const Name = "ledger.jsonl"

// Entry is a run as the ledger holds it, on one line of JSON.
type Entry struct {
	// Line counts the runs from 1.
	Line int `json:"line"`
	// Previous is the SHA-256 of the text of the run before, without its newline,
	// in hex; empty for the first.
	Previous string `json:"previous"`
	// Torn are what lies between that line and this one: lines that were not
	// written to their end.
	Torn []Torn `json:"torn,omitempty"`

	Time time.Time `json:"time"`
	// Notebook is its path as given, SHA256 the hash of its bytes.
	Notebook string         `json:"notebook"`
	SHA256   string         `json:"sha256"`
	Status   record.Status  `json:"status"`
	Params   []record.Param `json:"params,omitempty"`
	Seed     int64          `json:"seed"`
	Commit   string         `json:"commit,omitempty"`
	Dirty    bool           `json:"dirty,omitempty"`
	Tool     string         `json:"tool"`
	// Gates and Claims are the numbers of those that were judged, GatesPassed and
	// ClaimsMet of those that held.
	Gates       int `json:"gates"`
	GatesPassed int `json:"gates_passed"`
	Claims      int `json:"claims"`
	ClaimsMet   int `json:"claims_met"`
	// Metrics are those that the notebook showed, in order.
	Metrics     []Metric           `json:"metrics,omitempty"`
	Sources     []trace.Source     `json:"sources,omitempty"`
	Checks      []trace.LeakCheck  `json:"checks,omitempty"`
	Evaluations []trace.Evaluation `json:"evaluations,omitempty"`
}

// Torn is a line that was not written to its end: its length and hash.
type Torn struct {
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Metric is a number that a run showed. A number that is not finite is left
// out.
type Metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
}

// Written is what became of a run that was appended.
type Written struct {
	Entry record.Entry
	// Tests say how often each test split that the run evaluated on has been
	// evaluated on.
	Tests []record.TestUse
	// Torn is the number of unfinished lines that were found at the end.
	Torn int
}

// newEntry is a run's entry, without its place in the ledger.
func newEntry(r *record.Run) Entry {
	t := r.Tally()
	e := Entry{
		Time: r.Started.UTC(), Notebook: r.Notebook, SHA256: r.SHA256, Status: r.Status, Params: r.Params, Seed: r.Seed,
		Commit: r.Provenance.Commit, Dirty: r.Provenance.Dirty, Tool: r.Provenance.Tool,
		Gates: t.Gates, GatesPassed: t.GatesPassed, Claims: t.Claims, ClaimsMet: t.ClaimsMet,
		Sources: r.Sources, Checks: r.Checks, Evaluations: r.Evaluations,
	}
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			if m := o.Metric; m != nil && !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
				e.Metrics = append(e.Metrics, Metric{m.Name, m.Value, m.Unit})
			}
		}
	}
	return e
}

// Append adds a run to the ledger of a path, which is made where there is none.
func Append(path string, r *record.Run) (w Written, err error) {
	_, statErr := os.Stat(path)
	f, err := lockedfile.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return w, fmt.Errorf("ledger: %w", err)
	}
	defer func() {
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("ledger: %w", closeErr)
		}
	}()
	content, err := io.ReadAll(f)
	if err != nil {
		return w, fmt.Errorf("ledger: %w", err)
	}
	entries, last, rest := read(content)
	e := newEntry(r)
	e.Line, e.Previous, e.Torn = len(entries)+1, last, rest
	line, err := json.Marshal(e)
	if err != nil {
		return w, fmt.Errorf("ledger: the run of %s has no JSON form: %w", r.Notebook, err)
	}
	text := slices.Concat(line, []byte("\n"))
	if len(content) > 0 && content[len(content)-1] != '\n' {
		text = slices.Concat([]byte("\n"), text)
	}
	if _, err := f.WriteAt(text, int64(len(content))); err != nil {
		return w, fmt.Errorf("ledger: %w", err)
	}
	if err := f.Sync(); err != nil {
		return w, fmt.Errorf("ledger: %w", err)
	}
	if errors.Is(statErr, fs.ErrNotExist) {
		// Not every system can sync a folder.
		if dir, err := os.Open(filepath.Dir(path)); err == nil {
			_ = dir.Sync()
			dir.Close()
		}
	}
	w.Entry = record.Entry{Line: e.Line, SHA256: hash(line)}
	w.Tests = uses(entries, e)
	w.Torn = len(rest)
	return w, nil
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// decode reads a line; ok is false for what is none.
func decode(line []byte) (e Entry, ok bool) {
	return e, json.Unmarshal(line, &e) == nil && e.Line > 0
}

// lines yields the lines of a ledger without their newlines. Only the last may
// lack one.
func lines(content []byte) func(yield func(number int, line []byte) bool) {
	return func(yield func(number int, line []byte) bool) {
		n := 0
		for line := range bytes.Lines(content) {
			n++
			if !yield(n, bytes.TrimSuffix(line, []byte("\n"))) {
				return
			}
		}
	}
}

// read returns the entries of a ledger, the hash of the last one, and what
// stands behind it that is no entry.
func read(content []byte) (entries []Entry, last string, rest []Torn) {
	for _, line := range lines(content) {
		e, ok := decode(line)
		if !ok {
			rest = append(rest, Torn{len(line), hash(line)})
			continue
		}
		entries, last, rest = append(entries, e), hash(line), nil
	}
	return entries, last, rest
}

// Read returns the runs in the ledger of a path, the earliest first. A ledger
// that does not exist is empty.
func Read(path string) ([]Entry, error) {
	content, err := load(path)
	entries, _, _ := read(content)
	return entries, err
}

func load(path string) ([]byte, error) {
	content, err := lockedfile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return content, nil
}

// uses counts for each test split of a run how often it was evaluated on.
func uses(earlier []Entry, now Entry) []record.TestUse {
	var all []record.TestUse
	for _, e := range now.Evaluations {
		if slices.ContainsFunc(all, func(u record.TestUse) bool { return u.Test == e.Test }) {
			continue
		}
		here, before := models(now, e.Test), map[string]bool{}
		u := record.TestUse{Data: e.Data, Test: e.Test, Documents: e.Documents, Runs: 1}
		for _, run := range earlier {
			of := models(run, e.Test)
			if len(of) > 0 {
				u.Runs++
			}
			for m := range of {
				before[m] = true
			}
		}
		for m := range before {
			if !here[m] {
				u.Earlier++
			}
		}
		u.Models = len(here) + u.Earlier
		all = append(all, u)
	}
	return all
}

// Uses counts for each test split of a history how often it was evaluated on, in
// the order in which they came up. No models are earlier ones.
func Uses(entries []Entry) []record.TestUse {
	var all Entry
	for _, e := range entries {
		all.Evaluations = append(all.Evaluations, e.Evaluations...)
	}
	counted := uses(entries, all)
	for i := range counted {
		counted[i].Runs-- // there is no run behind the last
	}
	return counted
}

// models are those that a run evaluated on a test split.
func models(e Entry, test string) map[string]bool {
	all := map[string]bool{}
	for _, v := range e.Evaluations {
		if v.Test == test {
			all[v.Model] = true
		}
	}
	return all
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"viva/mlkit/trace"
	"viva/runtime/record"
)

// order links the notebooks to those they require or come after and sorts them so
// that each comes after those; otherwise the order stays.
func order(jobs []*job) ([]*job, error) {
	byPath := map[string]*job{}
	for _, j := range jobs {
		byPath[filepath.Clean(j.path)] = j
	}
	for _, j := range jobs {
		if j.nb == nil {
			continue
		}
		for _, r := range j.nb.Meta.Requires {
			if other := byPath[requiredPath(j, r)]; other != nil {
				j.requires = append(j.requires, other)
			}
		}
		for _, r := range j.nb.Meta.After {
			if other := byPath[requiredPath(j, r)]; other != nil {
				j.after = append(j.after, other)
			}
		}
	}
	var sorted []*job
	state := map[*job]int{}
	var visit func(j *job, path []string) error
	visit = func(j *job, path []string) error {
		path = append(path, j.path)
		switch state[j] {
		case 1:
			return usagef("notebooks wait for each other in a circle: %s", strings.Join(path, " → "))
		case 2:
			return nil
		}
		state[j] = 1
		for _, r := range slices.Concat(j.requires, j.after) {
			if err := visit(r, path); err != nil {
				return err
			}
		}
		state[j] = 2
		sorted = append(sorted, j)
		return nil
	}
	for _, j := range jobs {
		if err := visit(j, nil); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// requiredPath is where the notebook that j requires, or comes after, as r stands.
func requiredPath(j *job, r string) string {
	return filepath.Join(filepath.Dir(j.path), filepath.FromSlash(r))
}

// blocked says which notebooks that this one requires have not passed.
func (j *job) blocked(s settings) []record.Diagnostic {
	if j.nb == nil {
		return nil
	}
	var all []record.Diagnostic
	for _, r := range j.nb.Meta.Requires {
		run, passed, err := j.required(s, r)
		message := ""
		switch {
		case err != nil:
			message = fmt.Sprintf("this notebook requires %s, for which there is no run to rely on: %v", r, err)
		case !passed:
			message = fmt.Sprintf("this notebook requires %s, which has not passed (%s)", r, run.Notebook)
		default:
			continue
		}
		all = append(all, record.Diagnostic{Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1, Message: message, Hint: "run that notebook first, on the same data, and repair what it finds"})
	}
	return all
}

// otherData says which required notebooks passed on other data than this one
// read: of every corpus that this one opened, the very content, as it was read,
// must have been read there too, and if corpora were checked for leaks there, it
// must be one of those that passed, or what they were made of.
func (j *job) otherData(s settings) []record.Diagnostic {
	var all []record.Diagnostic
	for _, r := range j.nb.Meta.Requires {
		run, _, err := j.required(s, r)
		if err != nil {
			continue
		}
		seen := map[string]bool{}
		for _, source := range run.Sources {
			seen[source.Fingerprint] = true
		}
		for _, source := range j.outcome.run.Sources {
			d := record.Diagnostic{
				Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1,
				Message: fmt.Sprintf("this notebook read %s, on which %s, which it requires, has not passed", source.Name, r),
				Hint:    "run both with the same parameters",
			}
			switch {
			case !seen[source.Fingerprint]:
			case !checked(run, source.Fingerprint):
				d.Message = fmt.Sprintf("this notebook read %s, of which %s, which it requires, has checked nothing that passed", source.Name, r)
				d.Hint = "have leak.Check look at that corpus there, or at what is made of it, and make gates of what it finds"
			default:
				continue
			}
			all = append(all, d)
		}
	}
	return all
}

// checked reports whether a leakage check passed on the data of a fingerprint or
// on what was made of it. A notebook that makes no such checks is taken at its
// gates; where it is not known from what a checked corpus was made, it may be
// from this data.
func checked(run *record.Run, fingerprint string) bool {
	if len(run.Checks) == 0 {
		return true
	}
	return slices.ContainsFunc(run.Checks, func(c trace.LeakCheck) bool {
		return c.Passed && (c.Source == fingerprint || c.Source == "" || c.Corpus == fingerprint)
	})
}

// required returns the run of a required notebook: of this invocation, or the
// record that an earlier one left.
func (j *job) required(s settings, r string) (*record.Run, bool, error) {
	path := requiredPath(j, r)
	for _, other := range j.requires {
		if filepath.Clean(other.path) == path {
			<-other.done
			return other.outcome.run, other.outcome.passed, nil
		}
	}
	name := filepath.Join(s.out, filepath.Dir(filepath.FromSlash(j.name)), strings.TrimSuffix(filepath.FromSlash(r), filepath.Ext(r))+".json")
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, false, fmt.Errorf("there is no record %s", filepath.ToSlash(name))
	}
	run, err := record.Decode(b)
	if err != nil {
		return nil, false, fmt.Errorf("the record %s cannot be read: it is %w", filepath.ToSlash(name), err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	if sum := sha256.Sum256(source); hex.EncodeToString(sum[:]) != run.SHA256 {
		return nil, false, fmt.Errorf("%s has changed since %s was written", filepath.ToSlash(path), filepath.ToSlash(name))
	}
	t := run.Tally()
	return run, !run.Status.Bad() && t.Gates == t.GatesPassed, nil
}

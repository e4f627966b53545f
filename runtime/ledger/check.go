package ledger

import "fmt"

// Report is what a check of a ledger found.
type Report struct {
	Runs int
	// Torn is the number of lines that were not written to their end and of which
	// the next line says so, or behind which there is none yet.
	Torn int
	// Problems are what a crash does not explain.
	Problems []Problem
	// hashes are those of the runs' lines.
	hashes []string
}

// Problem is what is wrong with a line, counted from 1 in the file.
type Problem struct {
	Line    int
	Message string
}

// Check reads the ledger of a path and tells whether each line follows from the
// one before it.
func Check(path string) (Report, error) {
	content, err := load(path)
	if err != nil {
		return Report{}, err
	}
	return check(content), nil
}

func check(content []byte) Report {
	var r Report
	last := ""
	type unread struct {
		line int
		torn Torn
	}
	var rest []unread
	for number, line := range lines(content) {
		e, ok := decode(line)
		if !ok {
			rest = append(rest, unread{number, Torn{len(line), hash(line)}})
			continue
		}
		problem := func(line int, format string, args ...any) {
			r.Problems = append(r.Problems, Problem{line, fmt.Sprintf(format, args...)})
		}
		for i, u := range rest {
			if i < len(e.Torn) && e.Torn[i] == u.torn {
				r.Torn++
			} else {
				problem(u.line, "the line is damaged: it cannot be read, and the next run does not say that it found it so")
			}
		}
		if len(e.Torn) > len(rest) {
			problem(number, "the run says that it found %d unfinished lines before it, and there are %d: lines were removed", len(e.Torn), len(rest))
		}
		switch {
		case e.Previous != last && last == "":
			problem(number, "this is not the first run: what it followed was removed")
		case e.Previous != last:
			problem(number, "the run does not follow from the one before it: a line was changed, removed or put in")
		case e.Line != r.Runs+1:
			problem(number, "the run is numbered %d and stands in place %d", e.Line, r.Runs+1)
		}
		r.Runs++
		last, rest = hash(line), nil
		r.hashes = append(r.hashes, last)
	}
	r.Torn += len(rest)
	return r
}

// Has reports whether the ledger holds the line, by its number and hash.
func (r Report) Has(line int, sha256 string) bool {
	return line >= 1 && line <= len(r.hashes) && r.hashes[line-1] == sha256
}

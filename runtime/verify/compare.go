package verify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"viva/mlkit/trace"
	"viva/runtime/record"
)

// closeness is how two values relate.
type closeness int

const (
	same closeness = iota
	near
	far
)

// comparison gathers the differences of one cell, inline value or check.
type comparison struct {
	tolerance float64
	// differs are the differences beyond tolerance; total counts those that
	// are not kept as well. hard says that one of them is one that a volatile
	// cell must not have either.
	differs []Difference
	total   int
	hard    bool
	// largest is the largest difference within tolerance.
	largest *Difference
}

func (c *comparison) differ(d Difference) closeness {
	c.total++
	if len(c.differs) < maxDifferences {
		c.differs = append(c.differs, d)
	}
	return far
}

// near notes a difference within tolerance.
func (c *comparison) near(d Difference) closeness {
	if c.largest == nil || relative(d) > relative(*c.largest) {
		c.largest = &d
	}
	return near
}

func relative(d Difference) float64 {
	if d.Relative == nil {
		return -1
	}
	return *d.Relative
}

// plain compares what is not a number and holds none.
func (c *comparison) plain(place string, a, b any) closeness {
	if a == b {
		return same
	}
	return c.differ(Difference{Place: place, Recorded: fmt.Sprint(a), Verified: fmt.Sprint(b)})
}

// outcome compares what must be the same in volatile cells too.
func (c *comparison) outcome(place, a, b string) {
	c.hard = c.plain(place, a, b) == far || c.hard
}

func (c *comparison) number(place string, x, y float64) closeness {
	if math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y) {
		return same
	}
	d := Difference{Place: place, Recorded: formatted(x), Verified: formatted(y)}
	absolute, rel := distance(x, y)
	if !finite(absolute) {
		return c.differ(d)
	}
	d.Absolute, d.Relative = &absolute, &rel
	if rel <= c.tolerance {
		return c.near(d)
	}
	return c.differ(d)
}

// distance is how far x and y are apart, absolutely and relatively to the
// larger; not finite if they cannot be compared.
func distance(x, y float64) (absolute, rel float64) {
	absolute = math.Abs(x - y)
	if !finite(x) || !finite(y) {
		return math.Inf(1), math.Inf(1)
	}
	if absolute == 0 {
		return 0, 0
	}
	// Halves, because a difference may be larger than the largest number.
	rel = 2 * (math.Abs(x/2-y/2) / math.Max(math.Abs(x), math.Abs(y)))
	return absolute, rel
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func formatted(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// verdict sums up what was compared.
func (c *comparison) verdict(volatile bool) Verdict {
	switch {
	case c.total > 0 && volatile && !c.hard:
		return Volatile
	case c.total > 0:
		return Different
	case c.largest != nil:
		return Within
	}
	return Exact
}

func (c *comparison) check(name string) Check {
	k := Check{Name: name, Verdict: c.verdict(false), Differences: c.differs}
	if len(k.Differences) == 0 && c.largest != nil {
		k.Differences = []Difference{*c.largest}
	}
	return k
}

func (c *comparison) result(r *Result) {
	r.Verdict = c.verdict(len(r.Volatile) > 0)
	r.Largest, r.Differences, r.Total = c.largest, c.differs, c.total
}

func cellResult(recorded, verified *record.Run, i int, tolerance float64) Result {
	c := &comparison{tolerance: tolerance}
	if i >= len(recorded.Cells) || i >= len(verified.Cells) {
		r := Result{Cell: i}
		present := func(all []record.Cell) string {
			if i >= len(all) {
				return "no such cell"
			}
			r.Line, r.Label = all[i].Line, all[i].Label
			return "a cell"
		}
		c.outcome("cell", present(recorded.Cells), present(verified.Cells))
		c.result(&r)
		return r
	}
	a, b := recorded.Cells[i], verified.Cells[i]
	r := Result{Cell: i, Label: b.Label, Line: b.Line, Volatile: b.Volatile}
	if a.Status != b.Status {
		c.outcome("status", ending(recorded, i), ending(verified, i))
	}
	c.plain("line", a.Line, b.Line)
	c.plain("label", a.Label, b.Label)
	if a.Status == b.Status && (a.Status == record.Failed || a.Status == record.Expected) {
		c.failures(failures(recorded, i), failures(verified, i))
	}
	c.outputs(a.Outputs, b.Outputs)
	c.result(&r)
	return r
}

func inlineResult(recorded, verified *record.Run, i int, tolerance float64) Result {
	c := &comparison{tolerance: tolerance}
	r := Result{Cell: -1}
	if i >= len(recorded.Inlines) || i >= len(verified.Inlines) {
		present := func(all []record.Inline) string {
			if i >= len(all) {
				return "no such value"
			}
			r.Line, r.Expr = all[i].Line, all[i].Expr
			return "a value"
		}
		c.outcome("value", present(recorded.Inlines), present(verified.Inlines))
		c.result(&r)
		return r
	}
	a, b := recorded.Inlines[i], verified.Inlines[i]
	r.Line, r.Expr = b.Line, b.Expr
	c.outcome("status", string(a.Status), string(b.Status))
	c.plain("line", a.Line, b.Line)
	c.plain("expression", a.Expr, b.Expr)
	c.text("value", a.Text, b.Text, false)
	c.result(&r)
	return r
}

// ending is how a cell ended, with the reason if it failed.
func ending(r *record.Run, cell int) string {
	s := string(r.Cells[cell].Status)
	if all := failures(r, cell); len(all) > 0 {
		s += ": " + all[0].Message
	}
	return s
}

// failures are the reasons for which a cell failed, or with -1 those that
// belong to no cell.
func failures(r *record.Run, cell int) []record.Diagnostic {
	var all []record.Diagnostic
	for _, d := range r.Diagnostics {
		expected := cell >= 0 && cell < len(r.Cells) && r.Cells[cell].Status == record.Expected
		if d.Cell == cell && (d.Severity == "error" || expected) {
			all = append(all, d)
		}
	}
	return all
}

func (c *comparison) failures(a, b []record.Diagnostic) {
	if c.plain("number of failures", len(a), len(b)) == far {
		return
	}
	for i := range a {
		place := "failure"
		if len(a) > 1 {
			place = fmt.Sprintf("failure %d", i+1)
		}
		c.text(place, a[i].Message, b[i].Message, false)
		c.plain(place+", line", a[i].Line, b[i].Line)
	}
}

// checks compares what concerns the notebook as a whole.
func checks(a, b *record.Run, tolerance float64) []Check {
	fresh := func() *comparison { return &comparison{tolerance: tolerance} }
	notebook := fresh()
	notebook.plain("sha256", a.SHA256, b.SHA256)
	notebook.plain("title", a.Title, b.Title)

	params := fresh()
	for i := range max(len(a.Params), len(b.Params)) {
		describe := func(all []record.Param) string {
			if i >= len(all) {
				return "none"
			}
			p := all[i]
			value := fmt.Sprintf("%s %s = %q", p.Name, p.Type, p.Value)
			if strings.HasPrefix(p.Type, "[]") || len(p.Items) > 0 {
				value += fmt.Sprintf(" %q", p.Items)
			}
			if p.Set {
				return value + " (set)"
			}
			return value
		}
		params.plain(fmt.Sprintf("parameter %d", i+1), describe(a.Params), describe(b.Params))
	}

	seed := fresh()
	seed.plain("seed", a.Seed, b.Seed)

	outcome := fresh()
	outcome.plain("status", string(a.Status), string(b.Status))
	outcome.failures(failures(a, -1), failures(b, -1))
	return []Check{notebook.check("notebook"), params.check("parameters"), seed.check("seed"), data(a.Sources, b.Sources, fresh()), models(a, b, fresh()), outcome.check("outcome")}
}

// models compares the models that labelled test documents, and which corpora were
// checked for leaks. A model whose bytes are others, though it labels the same
// documents and scores the same, is within tolerance: on another processor its
// weights may differ in their last bits. Orders do not count.
func models(a, b *record.Run, c *comparison) Check {
	looks := func(r *record.Run) []trace.Evaluation {
		all := slices.Clone(r.Evaluations)
		slices.SortFunc(all, func(x, y trace.Evaluation) int {
			return cmp.Or(strings.Compare(x.Data, y.Data), strings.Compare(x.Test, y.Test), strings.Compare(x.Measure, y.Measure), strings.Compare(x.Model, y.Model))
		})
		return all
	}
	before, now := looks(a), looks(b)
	c.plain("models that labelled test documents", len(before), len(now))
	for i := range min(len(before), len(now)) {
		x, y := before[i], now[i]
		place := fmt.Sprintf("model %d", i+1)
		c.plain(place+", test documents", fmt.Sprintf("%s %s %s, %d", x.Data, x.Source, x.Test, x.Documents), fmt.Sprintf("%s %s %s, %d", y.Data, y.Source, y.Test, y.Documents))
		c.text(place+", measure", x.Measure, y.Measure, false)
		if x.Model != y.Model {
			c.near(Difference{Place: place, Recorded: x.Model, Verified: y.Model})
		}
	}
	checked := func(r *record.Run) string {
		var all []string
		for _, k := range r.Checks {
			all = append(all, fmt.Sprintf("%s of %s %s", k.Corpus, k.Source, met(k.Passed, "passed")))
		}
		slices.Sort(all)
		return strings.Join(all, "; ")
	}
	c.plain("corpora checked for leaks", checked(a), checked(b))
	return c.check("models")
}

// data compares what was read and what is said of it. The order does not count,
// since several goroutines may read.
func data(a, b []trace.Source, c *comparison) Check {
	type key struct{ name, path string }
	group := func(all []trace.Source) map[key][]string {
		m := map[key][]string{}
		for _, s := range all {
			k := key{s.Name, s.Path}
			text := fmt.Sprintf("%s, %d documents", s.Fingerprint, s.Documents)
			for _, about := range []struct{ what, text string }{{"licence", s.Licence}, {"citation", s.Citation}, {"address", s.Address}} {
				if about.text != "" {
					text += fmt.Sprintf(", %s %q", about.what, about.text)
				}
			}
			m[k] = append(m[k], text)
		}
		for k := range m {
			slices.Sort(m[k])
		}
		return m
	}
	before, now := group(a), group(b)
	var keys []key
	for _, s := range slices.Concat(a, b) {
		if k := (key{s.Name, s.Path}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		say := func(all []string) string {
			if len(all) == 0 {
				return "not read"
			}
			return strings.Join(all, "; ")
		}
		place := k.name
		if k.path != "" {
			place = k.path
		}
		c.plain(place, say(before[k]), say(now[k]))
	}
	return c.check("data")
}

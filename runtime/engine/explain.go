package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"viva/runtime/cell"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/store"
)

// Explanation says what the next run of a notebook would do.
type Explanation struct {
	// Cells are the notebook's, but for those that are not to be evaluated, and
	// its inline values.
	Cells []Plan
	// Diagnostics are what the check found. With errors there are no cells.
	Diagnostics []record.Diagnostic
	// Anew says why all of the notebook would run, empty if it would not.
	Anew string
}

// Plan says what the next run would do with a cell or an inline value.
type Plan struct {
	// Cell is the cell's index, -1 for an inline value.
	Cell  int
	Label string
	Line  int
	// Runs says that it would run, and Why for which reasons: what of its inputs
	// has changed since it ran last.
	Runs bool
	Why  []string
	// Inputs are all that it rests on.
	Inputs []string
}

// Explain compares a notebook with what is kept of its last run, and runs
// nothing.
func Explain(ctx context.Context, nb *notebook.Notebook, opt Options) Explanation {
	s := NewSession(opt)
	defer s.Close()
	asked := opt.Engine
	if asked == "" {
		asked = nb.Meta.Engine
	}
	r := newRun(nb, opt)
	program, diagnostics := s.program(ctx, r, asked)
	switch {
	case program == nil:
		return Explanation{Diagnostics: diagnostics}
	case asked == Go || len(program.Refused) > 0:
		return Explanation{Diagnostics: diagnostics, Anew: "the notebook is compiled; of a compiled notebook nothing is kept"}
	case s.kept == nil:
		return Explanation{Diagnostics: diagnostics, Anew: "nothing is kept of any run"}
	}
	before, known := s.kept.lastRun(nb.Path)
	x := &explainer{s: s, program: program, units: units(nb, program), before: before, flow: newFlow(nb)}
	out := Explanation{Diagnostics: diagnostics}
	switch {
	case !known:
		out.Anew = "it is not known what ran before"
	case before.Program != s.kept.program:
		out.Anew = "this program is not the one that ran it last"
	}
	x.match()
	for i, u := range x.units {
		if u.off() {
			x.steps, x.runs = append(x.steps, step{}), append(x.runs, false)
			continue
		}
		out.Cells = append(out.Cells, x.unit(i, u))
	}
	return out
}

// explainer goes through a notebook's units as a walk does.
type explainer struct {
	s       *Session
	program *cell.Program
	units   []unit
	before  lastRun
	flow    *flow
	steps   []step
	runs    []bool
	// end is the unit with whose failure, which is kept, the run ends.
	end *unit
	// was leads from a unit to the one in the last run that it is a version of.
	was map[int]*lastUnit
}

func (x *explainer) unit(i int, u unit) Plan {
	p := Plan{Cell: -1, Line: u.line()}
	if u.cell != nil {
		p.Cell, p.Label = u.cell.Index, u.cell.Options.Label
	}
	st := x.flow.step(u.code.Effects)
	x.steps = append(x.steps, st)
	t := x.s.trace(st.key)
	p.Runs = t == nil || !u.lasting()
	result := fmt.Sprint("unknown ", i)
	if !p.Runs {
		result = t.result
	}
	switch {
	case x.end != nil:
		p.Runs, p.Why = false, []string{"the run ends above it, with the failure of " + x.end.name()}
	case p.Runs:
		p.Why = x.why(i, u, st)
	case t.status.Bad():
		x.end = &u
	}
	x.runs = append(x.runs, p.Runs)
	p.Inputs = x.inputs(i, st)
	if t != nil {
		for _, path := range t.inputs {
			p.Inputs = append(p.Inputs, "file "+path)
		}
	}
	x.flow.done(st, result)
	return p
}

// why are the reasons for which a unit would run.
func (x *explainer) why(i int, u unit, st step) []string {
	var all []string
	for _, v := range slices.DeleteFunc(slices.Clone(u.code.Volatile), func(why string) bool { return !cell.Untold(why) }) {
		all = append(all, "it "+v+", so it runs every time")
	}
	if u.cell != nil && !u.cell.Options.Cache {
		all = append(all, "its option says cache: false")
	}
	was := x.was[i]
	switch {
	case len(all) > 0:
		return all
	case was == nil:
		return []string{"it has not run before"}
	case was.Key == st.key:
		if changed := x.s.kept.changedInputs(st.key); len(changed) > 0 {
			return changed
		}
		return []string{"what it gave last is not kept: it was stopped, read a file that had just been written, or was removed since"}
	case was.Text != u.text():
		all = append(all, "its code has changed")
	default:
		for _, name := range slices.Sorted(maps.Keys(u.code.Effects.Refers)) {
			id := u.code.Effects.Refers[name]
			if was.Refers[name] == id || name == "params" {
				continue
			}
			if _, variable := st.needs[id]; variable {
				all = append(all, name+" has changed"+x.maker(i, id))
			} else {
				all = append(all, name+", which it mentions, has changed"+x.declaredAt(id))
			}
		}
	}
	for _, part := range slices.Sorted(maps.Keys(st.parts)) {
		kind, id, _ := strings.Cut(part, " ")
		before, had := was.Parts[part]
		if before == st.parts[part] && had {
			continue
		}
		switch {
		case kind == "param":
			all = append(all, fmt.Sprintf("the parameter %s was %s and is %s", id, parameterText(before), parameterText(st.parts[part])))
		case kind == "var" && had:
			all = append(all, variableName(id)+" has changed"+x.maker(i, id))
		}
	}
	if len(all) == 0 {
		all = append(all, "what it can see, or may change, is other variables than before")
	}
	return all
}

// inputs lists what a unit rests on.
func (x *explainer) inputs(i int, st step) []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(st.needs)) {
		if id == "ctx" || id == "params" && len(x.units[i].code.Effects.Params) > 0 {
			continue
		}
		all = append(all, "variable "+variableName(id)+x.maker(i, id))
	}
	for _, p := range x.units[i].code.Effects.Params {
		all = append(all, fmt.Sprintf("parameter %s, %s", p, parameterText(x.flow.params[p])))
	}
	return all
}

// maker says where a variable that unit i sees was given its value.
func (x *explainer) maker(i int, id string) string {
	for m := i - 1; m >= 0; m-- {
		if slices.Contains(x.steps[m].changes, id) {
			text := ", from " + x.units[m].name()
			if x.runs[m] {
				text += ", which runs"
			}
			return text
		}
	}
	return ""
}

func (x *explainer) declaredAt(id string) string {
	code, _, _ := strings.Cut(id, ".")
	if line := x.program.LineAt(code, 0); line > 0 {
		return fmt.Sprintf(" (line %d)", line)
	}
	return ""
}

// variableName is the name in the identity of a variable.
func variableName(id string) string {
	if _, name, ok := strings.Cut(id, " "); ok && cell.Imported(id) {
		return name
	}
	if _, name, ok := strings.Cut(id, "."); ok {
		return name
	}
	return id
}

// parameterText is a parameter's value without its type.
func parameterText(s string) string {
	_, value, ok := strings.Cut(s, " ")
	if !ok {
		return "not there"
	}
	return value
}

// name is what a unit is called in sentences.
func (u unit) name() string {
	switch {
	case u.cell == nil:
		return fmt.Sprintf("the value on line %d", u.line())
	case u.cell.Options.Label != "":
		return fmt.Sprintf("cell %s (line %d)", u.cell.Options.Label, u.line())
	}
	return fmt.Sprintf("cell %d (line %d)", u.cell.Index+1, u.line())
}

func (u unit) line() int {
	if u.cell != nil {
		return u.cell.Line
	}
	return u.inline.Line
}

func (u unit) text() string {
	if u.cell != nil {
		return digest(u.cell.Code)
	}
	return digest(u.inline.Expr)
}

// lastRun is what the units of a notebook rested on when it ran last.
type lastRun struct {
	Program string
	Units   []lastUnit
}

type lastUnit struct {
	Label, Text, Key string
	Refers, Parts    map[string]string
}

func lastRunID(path string) store.ID {
	return sha256.Sum256([]byte("last run 1 " + absolute(path)))
}

// lastRun is the last run of the notebook at a path.
func (r *results) lastRun(path string) (last lastRun, ok bool) {
	b, ok := r.Get(lastRunID(path))
	return last, ok && json.Unmarshal(b, &last) == nil
}

// remember keeps what the units that a walk has come to rested on.
func (r *results) remember(path string, units []unit, steps []step) {
	if r == nil {
		return
	}
	last := lastRun{Program: r.program}
	for i, st := range steps {
		u := units[i]
		if u.off() {
			continue
		}
		unit := lastUnit{Text: u.text(), Key: st.key, Refers: u.code.Effects.Refers, Parts: st.parts}
		if u.cell != nil {
			unit.Label = u.cell.Options.Label
		}
		last.Units = append(last.Units, unit)
	}
	r.writing.Go(func() {
		if before, ok := r.lastRun(path); ok && before.Program == r.program && len(steps) < len(units) {
			for _, u := range before.Units[min(len(last.Units), len(before.Units)):] {
				known := func(o lastUnit) bool { return o.Text == u.Text || o.Label != "" && o.Label == u.Label }
				if !slices.ContainsFunc(last.Units, known) {
					last.Units = append(last.Units, u)
				}
			}
		}
		if b, err := json.Marshal(last); err == nil {
			_ = r.Put(lastRunID(path), b)
		}
	})
}

// match finds for each unit the one of the last run that it is a version of:
// the one with its label, or with its code, or at its place among those that are
// left.
func (x *explainer) match() {
	x.was = map[int]*lastUnit{}
	taken := map[int]bool{}
	take := func(fits func(i int, u unit, at int) bool) {
		for i, u := range x.units {
			if x.was[i] != nil || u.off() {
				continue
			}
			for at := range x.before.Units {
				if !taken[at] && fits(i, u, at) {
					x.was[i], taken[at] = &x.before.Units[at], true
					break
				}
			}
		}
	}
	take(func(_ int, u unit, at int) bool {
		return u.cell != nil && u.cell.Options.Label != "" && x.before.Units[at].Label == u.cell.Options.Label
	})
	take(func(_ int, u unit, at int) bool { return x.before.Units[at].Text == u.text() })
	take(func(i int, u unit, at int) bool {
		// Between the same neighbours.
		return x.place(i) == at && x.before.Units[at].Label == ""
	})
}

// place is where unit i would stand in the last run: behind its predecessor's
// version.
func (x *explainer) place(i int) int {
	for m := i - 1; m >= 0; m-- {
		if was := x.was[m]; was != nil {
			return slices.IndexFunc(x.before.Units, func(u lastUnit) bool { return u.Key == was.Key }) + 1
		}
		if !x.units[m].off() {
			return -1
		}
	}
	return 0
}

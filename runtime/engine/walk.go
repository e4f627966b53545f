package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"viva/runtime/cell"
	"viva/runtime/kernel"
	"viva/runtime/record"
)

// walk goes through a notebook's units in order, takes what is known and runs
// the rest.
type walk struct {
	s       *Session
	r       *run
	program *cell.Program
	units   []unit
	flow    *flow
	// steps and results are those of the units so far.
	steps   []step
	results []string
	// shown are units that are never the same and that have run in this walk;
	// what they left behind must be what they showed.
	shown map[int]bool
	// again says that the walk has to begin anew.
	again bool
	// whole says that every cell runs, from the top to the bottom in a new
	// kernel, whatever is known. Then nothing has to be brought back, and the
	// walk does not begin anew for that.
	whole bool
}

// run returns what the interpreter's compiler refused, if it did, in which case
// nothing has run.
func (w *walk) run(ctx context.Context) *kernel.Failure {
	s := w.s
	if len(w.units) == 0 {
		return nil
	}
	switch {
	case s.unsure != "":
		w.restart(s.unsure)
	case w.whole:
		w.restart("what some cells need cannot be brought back for them alone")
	}
	w.plan()
	w.shown = map[int]bool{}
	for i, u := range w.units {
		if u.off() {
			w.steps, w.results = append(w.steps, step{}), append(w.results, "")
			w.r.enter(u, outcome{})
			continue
		}
		st := w.flow.step(u.code.Effects)
		w.steps = append(w.steps, st)
		if t := s.trace(st.key); t != nil && !w.whole && u.lasting() && t.restore(w.program) {
			t.used = s.edition
			w.results = append(w.results, t.result)
			w.flow.done(st, t.result)
			if !w.r.enter(u, t.outcome) {
				return nil
			}
			continue
		}
		w.results = append(w.results, "")
		refused, on := w.bring(ctx, i)
		if refused != nil {
			return refused
		}
		if !on {
			return nil
		}
		w.flow.done(st, w.results[i])
	}
	return nil
}

// lasting reports whether what a unit gave may be taken again.
func (u unit) lasting() bool {
	return !slices.ContainsFunc(u.code.Volatile, cell.Untold) && (u.cell == nil || u.cell.Options.Cache)
}

// plan tells which cells will run, if what is computed anew is taken to be
// different.
func (w *walk) plan() {
	stale := []int{}
	f := newFlow(w.r.nb)
	for i, u := range w.units {
		if u.off() {
			continue
		}
		st := f.step(u.code.Effects)
		result := fmt.Sprint("unknown ", i)
		if t := w.s.trace(st.key); t != nil && !w.whole && u.lasting() {
			t.used = w.s.edition
			result = t.result
		} else if u.cell != nil {
			stale = append(stale, u.cell.Index)
		}
		f.done(st, result)
	}
	w.r.observe(Event{Kind: "plan", Stale: stale})
}

// bring runs unit i, and before it those whose values it needs and the kernel
// has not, or no more.
func (w *walk) bring(ctx context.Context, i int) (refused *kernel.Failure, on bool) {
	s := w.s
	list, fresh := w.closure(i, s.state)
	if s.timed && !w.timedBefore(i) {
		fresh = "code that waits for time has run in the kernel, and has been removed"
	}
	if fresh != "" {
		w.restart(fresh)
		list, _ = w.closure(i, initial(w.r.nb))
	}
	if slices.ContainsFunc(list, func(j int) bool { return w.shown[j] }) {
		w.restart("a cell that is different in every run has to run again")
		w.again = true
		return nil, false
	}
	if s.kernel == nil || s.loaded < len(w.program.Loaded) {
		if refused, ok := w.load(ctx); refused != nil || !ok {
			return refused, false
		}
	}
	w.release(ctx)
	for _, j := range list {
		if !w.one(ctx, j, j == i) {
			return nil, false
		}
	}
	return nil, true
}

// release has the kernel drop the values of variables whose code is not in the
// program any more. An edited cell would otherwise leave all that it ever made:
// a trained model for every save. What is left refers to other variables, so
// nobody sees it.
func (w *walk) release(ctx context.Context) {
	s := w.s
	current, declared := map[string]bool{}, initial(w.r.nb)
	for _, u := range w.units {
		for _, piece := range u.code.Units {
			current[piece.Reset] = true
		}
		for _, use := range u.code.Effects.Uses {
			declared[use.ID] = ""
		}
	}
	var old cell.Code
	for reset, ran := range s.ran {
		if ran && !current[reset] {
			old.Units = append(old.Units, cell.Unit{Reset: reset})
			delete(s.ran, reset)
		}
	}
	if len(old.Units) == 0 {
		return
	}
	maps.DeleteFunc(s.state, func(id, _ string) bool {
		_, ok := declared[id]
		return !ok && !cell.Imported(id)
	})
	old.Reset = true
	if end := s.kernel.Run(context.WithoutCancel(ctx), old, DefaultTimeout, func(kernel.Event) {}); end.Status != record.OK {
		s.unsure = "variables of removed code could not be dropped"
	}
}

// timedBefore reports whether a unit up to i uses time.
func (w *walk) timedBefore(i int) bool {
	return slices.ContainsFunc(w.units[:i+1], func(u unit) bool { return u.code.Effects.Timed })
}

// closure lists the units that have to run so that unit i can, itself the last,
// given the versions that the kernel's variables have. If that is not possible
// in this kernel, fresh says why.
func (w *walk) closure(i int, state map[string]string) (list []int, fresh string) {
	start := initial(w.r.nb)
	in := map[int]bool{i: true}
search:
	for {
		list = slices.Sorted(maps.Keys(in))
		now := maps.Clone(state)
		if now == nil {
			now = maps.Clone(start)
		}
		for _, j := range list {
			for _, v := range slices.Sorted(maps.Keys(w.steps[j].needs)) {
				need := w.steps[j].needs[v]
				if now[v] == need {
					continue
				}
				maker := -1
				for m := range j {
					if slices.Contains(w.steps[m].changes, v) {
						maker = m
					}
				}
				if maker < 0 {
					return nil, fmt.Sprintf("%s is not as it was at the start any more", v)
				}
				if in[maker] {
					// It runs, and something between it and here changes v again that is
					// not to run before here.
					return nil, fmt.Sprintf("%s cannot be brought back", v)
				}
				in[maker] = true
				continue search
			}
			for _, v := range w.steps[j].changes {
				now[v] = w.results[j]
				if j == i {
					now[v] = "new"
				}
			}
		}
		return list, ""
	}
}

// one runs unit j in the kernel; asked says that what it gives is wanted, and
// not only what it leaves behind.
func (w *walk) one(ctx context.Context, j int, asked bool) bool {
	s, u, st := w.s, w.units[j], w.steps[j]
	code := u.code
	u.code = code.Loaded()
	for _, piece := range code.Units {
		u.code.Reset = u.code.Reset || s.ran[piece.Reset]
		s.ran[piece.Reset] = piece.Reset != ""
	}
	s.timed = s.timed || code.Effects.Timed
	s.runs++
	for _, v := range st.changes {
		s.state[v] = fmt.Sprint("unfinished ", s.runs)
	}
	began := time.Now()
	o := w.r.execute(ctx, s.kernel, u)
	u.code = code
	result := st.key
	for _, source := range o.sources {
		result = digest(result, source.Path, source.Fingerprint)
	}
	for _, c := range o.contents {
		result = digest(result, c.path, c.found)
	}
	for _, l := range o.left {
		result = digest(result, l.Path, l.Signature)
	}
	if !u.lasting() {
		result = digest(result, fmt.Sprint(s.runs))
	}
	switch {
	case o.status == record.OK || o.status == record.Failed && !strings.HasPrefix(o.failure.Message, kernel.Fault):
		for _, v := range st.changes {
			s.state[v] = result
		}
		if len(o.warnings) > 0 {
			// What is left over of the cell goes on and may change anything.
			s.unsure = "goroutines of a cell still ran when it had ended"
		} else if s.unsure == "" {
			t := w.trace(o, result)
			s.traces[st.key] = t
			s.kept.keep(st.key, t, began)
		}
	case o.status == record.Killed && s.born < s.edition:
		w.replace()
		return false
	default:
		s.unsure = "a cell was stopped"
		asked = true
	}
	if asked {
		w.results[j] = result
		w.shown[j] = !u.lasting()
		on := w.r.enter(u, o)
		w.r.ended(u)
		return on
	}
	w.r.ended(u)
	w.again = result != w.results[j] // its data has changed meanwhile
	return !w.again
}

// restart ends the kernel; another is started when one is needed.
func (w *walk) restart(why string) {
	if w.s.kernel != nil {
		w.r.observe(Event{Kind: "restart", Text: why})
	}
	w.s.drop()
}

// replace has the walk begin anew in a new kernel, after that of an earlier run
// has ended: a clean run may have the memory that this one had no more.
func (w *walk) replace() {
	w.restart("its process has ended")
	w.again = true
}

// load starts the kernel if there is none and has it load all code.
func (w *walk) load(ctx context.Context) (refused *kernel.Failure, ok bool) {
	s := w.s
	if s.kernel == nil {
		k, err := kernel.Start(ctx, s.kernelOptions(w.program, w.r))
		if err != nil {
			w.r.notStarted(ctx, err)
			return nil, false
		}
		s.kernel, s.loaded, s.state, s.ran, s.born = k, 0, initial(w.r.nb), map[string]bool{}, s.edition
	}
	end := s.kernel.Load(ctx, w.program.Loaded[s.loaded:]...)
	switch {
	case end.Status == record.OK:
		s.loaded = len(w.program.Loaded)
		return nil, true
	case ctx.Err() != nil:
		w.r.notStarted(ctx, ctx.Err())
	case end.Status == record.Killed && s.born < s.edition:
		w.replace()
		return nil, false
	case strings.HasPrefix(end.Failure.Message, kernel.Refusal):
		return end.Failure, false
	default:
		line := w.program.Line(end.Failure.Line)
		w.r.fail(end.Status, record.Diagnostic{Line: max(line, 1), Cell: cellAt(w.r.nb, line), Message: end.Failure.Message, Hint: end.Failure.Hint})
	}
	s.drop()
	return nil, false
}

// trace keeps an outcome. The lines in it move with the code.
func (w *walk) trace(o outcome, result string) *traced {
	t := &traced{outcome: o, result: result, inputs: o.files, used: w.s.edition}
	if o.failure == nil {
		return t
	}
	keep := func(line int) {
		code, below := w.program.Place(line)
		t.places = append(t.places, codePlace{code, below})
	}
	keep(o.failure.Line)
	for _, f := range o.failure.Frames {
		keep(f.Line)
	}
	return t
}

// restore gives the lines of the outcome their places in a program, and reports
// whether they have one.
func (t *traced) restore(p *cell.Program) bool {
	if t.failure == nil {
		return true
	}
	f := *t.failure
	f.Frames = slices.Clone(f.Frames)
	for i, at := range t.places {
		line := p.LineAt(at.code, at.below)
		if line == 0 && at.code != "" {
			return false
		}
		if i == 0 {
			f.Line = line
		} else {
			f.Frames[i-1].Line = line
		}
	}
	t.failure = &f
	return true
}

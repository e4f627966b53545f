package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"viva/mlkit/model"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Failure is what went wrong with a model.
type Failure struct {
	Model string
	// Document is the ID of the document, empty if the model could not be loaded.
	Document string
	Err      error
}

// Pipeline holds several models that are ready for use. It does not change, and
// may be used by several goroutines at once.
type Pipeline struct {
	stages []stage
}

// stage is a model, or why it could not be loaded.
type stage struct {
	name      string
	saved     *model.Saved // nil if there is none
	predictor Predictor    // nil if it could not be loaded
	err       error
	seconds   float64
}

// Load reads models by name, whatever their kinds. That a model is not there, or
// damaged, is no error of Load, so that Run can show all that fail; Err, Predict
// and the gates of Run tell. It is an error if no name is given, or one twice.
func Load(ctx context.Context, names []string, opt model.Options) (*Pipeline, error) {
	if len(names) == 0 {
		return nil, errors.New("pipeline: no models: give their names, or model.Names(opt) for all that there are")
	}
	p := &Pipeline{}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("pipeline: the model %s is named twice", name)
		}
		if err := context.Cause(ctx); err != nil {
			return nil, fmt.Errorf("pipeline: loading %s: %w", name, err)
		}
		trace.Progress(ctx, "loading models", i, len(names))
		start := time.Now()
		s := stage{name: name}
		if s.saved, s.err = model.Load(name, opt); s.err == nil {
			s.predictor, s.err = Open(s.saved, Options{})
		}
		s.seconds = time.Since(start).Seconds()
		p.stages = append(p.stages, s)
	}
	trace.Progress(ctx, "loading models", len(names), len(names))
	return p, nil
}

// Failures are the models that could not be loaded.
func (p *Pipeline) Failures() []Failure {
	var list []Failure
	for _, s := range p.stages {
		if s.err != nil {
			list = append(list, Failure{Model: s.name, Err: s.err})
		}
	}
	return list
}

// Err joins the errors of the models that could not be loaded; nil if all could.
func (p *Pipeline) Err() error {
	var all []error
	for _, s := range p.stages {
		all = append(all, s.err)
	}
	return errors.Join(all...)
}

// Names returns the names of the models, in the order in which they were given.
func (p *Pipeline) Names() []string {
	names := make([]string, len(p.stages))
	for i, s := range p.stages {
		names[i] = s.name
	}
	return names
}

// order is that in which models predict: those that look for relations come last,
// because they use what others find.
func (p *Pipeline) order() []int {
	var first, last []int
	for k, s := range p.stages {
		if s.saved != nil && s.saved.Kind == Relations {
			last = append(last, k)
		} else {
			first = append(first, k)
		}
	}
	return append(first, last...)
}

// Predict returns the outputs of every model, in the order of Names, each in the
// order of the inputs. In documents without marked entities, relations are looked
// for between the keyphrases that the first extractor of keyphrases among the
// models finds, as relation.Candidates pairs them; where these stand in one place
// only, as if there were no extractor. It is an error if a model could
// not be loaded.
func (p *Pipeline) Predict(ctx context.Context, inputs []Input) ([][]Output, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	all := make([][]Output, len(p.stages))
	chain := newChain(inputs)
	for _, k := range p.order() {
		list, err := p.stages[k].predictor.Predict(ctx, chain.inputs(p.stages[k]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.stages[k].name, err)
		}
		chain.add(list)
		all[k] = list
	}
	return all, nil
}

// chain hands what models find to those after them.
type chain struct {
	given, marked []Input
}

func newChain(inputs []Input) *chain { return &chain{given: inputs} }

func (c *chain) inputs(s stage) []Input {
	if s.saved.Kind == Relations && c.marked != nil {
		return c.marked
	}
	return c.given
}

// add takes keyphrases as the entities of documents that have none, and whose
// text has no tags. One alone makes no pair.
func (c *chain) add(list []Output) {
	if c.marked != nil || len(list) == 0 || list[0].Kind != Keyphrases {
		return
	}
	c.marked = slices.Clone(c.given)
	for i, o := range list {
		if in := &c.marked[i]; !in.isMarked() {
			phrases := make([]string, len(o.Keyphrases))
			for j, k := range o.Keyphrases {
				phrases[j] = k.Text
			}
			if found := mentions(in.document(), phrases); len(found) > 1 {
				in.found = found
			}
		}
	}
}

// Table returns a row for each model.
func (p *Pipeline) Table() *view.Table {
	t := view.NewTable("Models", "model", "kind", "version", "trained on", "state")
	for _, s := range p.stages {
		kind, version, on := "–", "–", "–"
		if s.saved != nil {
			kind, version, on = s.saved.Kind, s.saved.Version, sources(s.saved.Data)
		}
		state := view.Cell{Text: "loaded", Tone: "good"}
		if s.err != nil {
			state = view.Cell{Text: s.err.Error(), Tone: "bad"}
		}
		t.Add(s.name, kind, version, on, state)
	}
	return t
}

func sources(list []trace.Source) string {
	text := ""
	for i, s := range list {
		if i > 0 {
			text += ", "
		}
		text += s.Name
	}
	if text == "" {
		return "–"
	}
	return text
}

// View implements view.Viewer.
func (p *Pipeline) View() []view.Item { return p.Table().View() }

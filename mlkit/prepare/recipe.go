package prepare

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Recipe is a list of steps. Its zero value takes none.
type Recipe struct {
	// Name is what the recipe is called in reports; "" means "preparation".
	Name string
	// Seed is the seed of the stages that have none of their own (0).
	Seed int64
	// Stages are the options of the steps, in the order in which they are taken.
	Stages []Stage
}

// Stage is a step of a recipe, named by its options: NormaliseOptions,
// EmptyOptions, DuplicateOptions, DomainOptions, GroupOptions, AssignOptions,
// EasyOptions, MaskOptions, BalanceOptions or SplitOptions. Each takes the step
// of the function that has these options.
type Stage interface {
	kind() kind
	// complete returns the stage with its defaults spelled out, or what is wrong
	// with it. A seed that is the recipe's own is 0.
	complete(seed int64) (Stage, error)
	run(ctx context.Context, c *data.Corpus, seed int64) (*Step, error)
}

// kind names a stage in recipes.
type kind struct {
	name string
	// version is raised when the same options take another step.
	version int
}

// stages are one of each kind.
var stages = []Stage{
	NormaliseOptions{}, EmptyOptions{}, DuplicateOptions{}, DomainOptions{}, GroupOptions{},
	AssignOptions{}, EasyOptions{}, MaskOptions{}, BalanceOptions{}, SplitOptions{},
}

func (NormaliseOptions) kind() kind { return kind{"normalise", 1} }
func (EmptyOptions) kind() kind     { return kind{"drop empty", 1} }
func (DuplicateOptions) kind() kind { return kind{"remove copies", 1} }
func (DomainOptions) kind() kind    { return kind{"assign domains", 1} }
func (GroupOptions) kind() kind     { return kind{"assign groups", 1} }
func (AssignOptions) kind() kind    { return kind{"complete groups and domains", 1} }
func (EasyOptions) kind() kind      { return kind{"remove easy", 2} }
func (MaskOptions) kind() kind      { return kind{"mask words", 1} }
func (BalanceOptions) kind() kind   { return kind{"balance domains", 1} }
func (SplitOptions) kind() kind     { return kind{"split", 1} }

func (o NormaliseOptions) complete(int64) (Stage, error) { return o.filled() }
func (o EmptyOptions) complete(int64) (Stage, error)     { return o.filled() }
func (o DuplicateOptions) complete(int64) (Stage, error) { return o.filled() }
func (o DomainOptions) complete(int64) (Stage, error)    { return o.filled() }
func (o GroupOptions) complete(int64) (Stage, error)     { return o.filled() }
func (o AssignOptions) complete(int64) (Stage, error)    { return o.filled(), nil }

func (o EasyOptions) complete(seed int64) (Stage, error) {
	o.Seed = ownSeed(o.Seed, seed)
	return o.filled()
}

func (o MaskOptions) complete(int64) (Stage, error) {
	_, err := o.set()
	o.Words = slices.Clone(o.Words)
	return o, err
}

func (o BalanceOptions) complete(seed int64) (Stage, error) {
	o.Seed = ownSeed(o.Seed, seed)
	return o.filled()
}

func (o SplitOptions) complete(seed int64) (Stage, error) {
	o.Seed = ownSeed(o.Seed, seed)
	return o.filled()
}

func ownSeed(own, recipe int64) int64 {
	if own == recipe {
		return 0
	}
	return own
}

func seedOf(own, recipe int64) int64 {
	if own != 0 {
		return own
	}
	return recipe
}

func (o NormaliseOptions) run(ctx context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return Normalise(ctx, c, o)
}
func (o EmptyOptions) run(_ context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return DropEmpty(c, o)
}
func (o DuplicateOptions) run(ctx context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return Deduplicate(ctx, c, o)
}
func (o DomainOptions) run(_ context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return AssignDomains(c, o)
}
func (o GroupOptions) run(ctx context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return AssignGroups(ctx, c, o)
}
func (o AssignOptions) run(_ context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return Assign(c, o)
}
func (o EasyOptions) run(ctx context.Context, c *data.Corpus, seed int64) (*Step, error) {
	o.Seed = seedOf(o.Seed, seed)
	return RemoveEasy(ctx, c, o)
}
func (o MaskOptions) run(_ context.Context, c *data.Corpus, _ int64) (*Step, error) {
	return Mask(c, o)
}
func (o BalanceOptions) run(_ context.Context, c *data.Corpus, seed int64) (*Step, error) {
	o.Seed = seedOf(o.Seed, seed)
	return BalanceDomains(c, o)
}
func (o SplitOptions) run(_ context.Context, c *data.Corpus, seed int64) (*Step, error) {
	o.Seed = seedOf(o.Seed, seed)
	return Split(c, o)
}

// Standard returns the recipe that makes a corpus ready for training: texts
// written alike, empty documents and copies removed, groups and domains on every
// document, and a split that keeps groups whole.
func Standard(seed int64) Recipe {
	return Recipe{Name: "standard", Seed: seed, Stages: []Stage{
		NormaliseOptions{}, EmptyOptions{}, DuplicateOptions{}, GroupOptions{}, AssignOptions{}, SplitOptions{},
	}}
}

// filled returns the recipe with all defaults spelled out, and none of the
// slices that it was given.
func (r Recipe) filled() (Recipe, error) {
	if r.Name == "" {
		r.Name = "preparation"
	}
	out := Recipe{Name: r.Name, Seed: r.Seed}
	for i, s := range r.Stages {
		if s == nil {
			return out, fmt.Errorf("prepare: step %d of the recipe %q is nil", i+1, r.Name)
		}
		s, err := s.complete(r.Seed)
		if err != nil {
			return out, fmt.Errorf("step %d of the recipe %q: %w", i+1, r.Name, err)
		}
		out.Stages = append(out.Stages, s)
	}
	return out, nil
}

// Check returns what is wrong with the recipe's options, if anything. Run checks
// all of them before it takes the first step.
func (r Recipe) Check() error {
	_, err := r.filled()
	return err
}

// canonical is the recipe in the form that is written and hashed. A recipe whose
// options are wrong is written as it is.
func (r Recipe) canonical() written {
	if f, err := r.filled(); err == nil {
		r = f
	}
	w := written{Recipe: r.Name, Seed: r.Seed, Steps: []writtenStep{}}
	for _, s := range r.Stages {
		if s != nil {
			w.Steps = append(w.Steps, writtenStep{s.kind().name, s.kind().version, encoded(s)})
		}
	}
	return w
}

// encoded writes plain structs, which cannot fail but for numbers that are not
// finite; no recipe that passes Check has one.
func encoded(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage(fmt.Sprintf("%q", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

// Fingerprint returns the hash of seed and steps with their names, versions and
// options, defaults included, as "sha256:" and 64 hex digits. The recipe's name
// does not count. Of a Rule, which is code, only the name counts; what it gave
// shows in the fingerprint of the data.
func (r Recipe) Fingerprint() string {
	w := r.canonical()
	w.Recipe = ""
	sum := sha256.Sum256(encoded(w))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Equal reports whether two recipes take the same steps.
func (r Recipe) Equal(other Recipe) bool { return r.Fingerprint() == other.Fingerprint() }

// WithRule returns the recipe with the function in every key of that name that
// has none, for recipes that were read from a file.
func (r Recipe) WithRule(name string, rule func(data.Document) string) Recipe {
	give := func(k Key) Key {
		if k.Name == name && k.Field == "" && k.Rule == nil {
			k.Rule = rule
		}
		return k
	}
	r.Stages = slices.Clone(r.Stages)
	for i, s := range r.Stages {
		switch o := s.(type) {
		case DomainOptions:
			o.By = give(o.By)
			r.Stages[i] = o
		case GroupOptions:
			o.By = slices.Clone(o.By)
			for j := range o.By {
				o.By[j] = give(o.By[j])
			}
			r.Stages[i] = o
		}
	}
	return r
}

// Texts applies to new texts what the recipe does to a document by itself:
// normalising and masking words. Steps that choose documents or look at others
// have nothing to do; masking what they find is in Result.Prediction. The texts
// are taken as running text without headers.
func (r Recipe) Texts(ctx context.Context, texts []string) ([]string, error) {
	r, err := r.filled()
	if err != nil {
		return nil, err
	}
	out := slices.Clone(texts)
	for _, s := range r.Stages {
		switch o := s.(type) {
		case NormaliseOptions:
			n := newNormaliser(o)
			err = eachRow(ctx, len(out), "normalising texts", func(i int) { out[i], _ = n.text(out[i], n.body, make([]int, len(n.names))) })
		case MaskOptions:
			var words map[string]bool
			if words, err = o.set(); err == nil {
				err = eachRow(ctx, len(out), "masking words", func(i int) { out[i] = maskedText(out[i], words) })
			}
		case EasyOptions:
			if o.Mask {
				err = fmt.Errorf("prepare: the recipe %q masks the cues that it finds in training documents: use the Prediction of its Result", r.Name)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// option is an option and its value as it is written.
type option struct{ name, value string }

func options(s Stage) []option {
	v := reflect.ValueOf(s)
	var list []option
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("json") != "-" {
			list = append(list, option{f.Name, plain(v.Field(i))})
		}
	}
	return list
}

// plain is a value for people to read.
func plain(v reflect.Value) string {
	if k, ok := v.Interface().(Key); ok {
		return strings.Join(append([]string{k.label()}, without(k.Ignore)...), " ")
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, plain(v.Index(i)))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v.Interface())
}

// without says what a key ignores.
func without(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	return []string{"without " + strings.Join(values, ", ")}
}

// Table returns the steps with their options, defaults included.
func (r Recipe) Table() *view.Table {
	if f, err := r.filled(); err == nil {
		r = f
	}
	t := view.NewTable("Recipe: "+r.Name, "step", "name", "version", "options")
	for i, s := range r.Stages {
		if s == nil {
			continue
		}
		var parts []string
		for _, o := range options(s) {
			// What is empty is off.
			if o.value != "" && o.value != "false" && o.value != "0" {
				parts = append(parts, o.name+" "+o.value)
			}
		}
		t.Add(i+1, s.kind().name, s.kind().version, strings.Join(parts, "; "))
	}
	t.Notes = append(t.Notes, "Fingerprint of the recipe: "+r.Fingerprint())
	return t
}

// View implements view.Viewer.
func (r Recipe) View() []view.Item {
	items := r.Table().View()
	if err := r.Check(); err != nil {
		items = append(items, view.Note{Level: "error", Text: err.Error()}.View()...)
	}
	return items
}

// Compare returns a table of what is different in another recipe, step by step;
// it has no rows if they take the same steps.
func (r Recipe) Compare(other Recipe) *view.Table {
	sides := [2]Recipe{r, other}
	for i := range sides {
		if f, err := sides[i].filled(); err == nil {
			sides[i] = f
		}
	}
	a, b := sides[0], sides[1]
	t := view.NewTable("Two recipes compared", "step", "option", cmpName(a.Name, "the first"), cmpName(b.Name, "the other"))
	if a.Seed != b.Seed {
		t.Add("", "Seed", fmt.Sprint(a.Seed), fmt.Sprint(b.Seed))
	}
	for i := range max(len(a.Stages), len(b.Stages)) {
		name := func(r Recipe) string {
			if i >= len(r.Stages) || r.Stages[i] == nil {
				return "no step"
			}
			return r.Stages[i].kind().name
		}
		if name(a) != name(b) {
			t.Add(i+1, "", name(a), name(b))
			continue
		}
		if name(a) == "no step" {
			continue
		}
		theirs := options(b.Stages[i])
		for j, o := range options(a.Stages[i]) {
			if o.value != theirs[j].value {
				t.Add(i+1, o.name, o.value, theirs[j].value)
			}
		}
	}
	return t
}

func cmpName(name, otherwise string) string {
	if name == "" || name == "preparation" {
		return otherwise
	}
	return name
}

package prepare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Result is a corpus as a recipe made it, with the record of how.
type Result struct {
	// Recipe is the recipe with all defaults spelled out.
	Recipe Recipe
	// Corpus is what the last step made.
	Corpus *data.Corpus
	// Steps are the steps that were taken, in order.
	Steps []*Step
	// Input and Output name the data before the first step and after the last.
	Input, Output trace.Source
	// Warnings are those of all steps, each with the number of its step.
	Warnings []string

	input *data.Corpus
}

// Run takes the steps of a recipe, one after the other. Options are checked
// before the first. The same corpus and recipe give the same result; what takes
// long is kept.
func Run(ctx context.Context, c *data.Corpus, recipe Recipe) (*Result, error) {
	recipe, err := recipe.filled()
	if err != nil {
		return nil, err
	}
	if c.Len() == 0 {
		return nil, fmt.Errorf("prepare: %s has no documents to prepare", c.Name())
	}
	r := &Result{Recipe: recipe, Corpus: c, Input: c.Source(), input: c}
	for i, s := range recipe.Stages {
		trace.Progress(ctx, "preparing: "+s.kind().name, i, len(recipe.Stages))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step, err := s.run(ctx, r.Corpus, recipe.Seed)
		if err != nil {
			return nil, fmt.Errorf("step %d of the recipe %q: %w", i+1, recipe.Name, err)
		}
		trace.Logf(ctx, "step %d of %d, %s: %d of %d documents left, %d changed", i+1, len(recipe.Stages), step.Name, step.After, step.Before, len(step.Changed))
		r.Steps = append(r.Steps, step)
		r.Corpus = step.Corpus
		for _, w := range step.Warnings {
			r.Warnings = append(r.Warnings, fmt.Sprintf("Step %d, %s: %s", i+1, step.Name, w))
		}
	}
	r.Output = r.Corpus.Source()
	trace.Progress(ctx, "preparing", len(recipe.Stages), len(recipe.Stages))
	trace.Logf(ctx, "prepared %s by the recipe %s (%s): %d documents (%s) became %d (%s)",
		c.Name(), recipe.Name, recipe.Fingerprint(), r.Input.Documents, r.Input.Fingerprint, r.Output.Documents, r.Output.Fingerprint)
	return r, nil
}

// Fingerprint returns the hash of the recipe and of the data before and after,
// as "sha256:" and 64 hex digits.
func (r *Result) Fingerprint() string {
	sum := sha256.Sum256([]byte(r.Recipe.Fingerprint() + "\n" + r.Input.Fingerprint + "\n" + r.Output.Fingerprint))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Prediction returns the part of the recipe that new texts have to go through
// before a model that was trained on the result sees them: normalising, and
// masking the very words that were masked. See Recipe.Texts.
func (r *Result) Prediction() Recipe {
	p := Recipe{Name: r.Recipe.Name + ", for new texts", Seed: r.Recipe.Seed}
	for i, s := range r.Recipe.Stages {
		switch o := s.(type) {
		case NormaliseOptions:
			p.Stages = append(p.Stages, o)
		case MaskOptions:
			o.Words = slices.Clone(o.Words)
			p.Stages = append(p.Stages, o)
		case EasyOptions:
			if words := r.Steps[i].masked; len(words) > 0 {
				p.Stages = append(p.Stages, MaskOptions{Words: slices.Clone(words)})
			}
		}
	}
	return p
}

// Summary returns for every step how many documents it removed and changed and
// what was left, and below it what the numbers rest on.
func (r *Result) Summary() *view.Table {
	t := Summary(r.Steps...)
	t.Caption = "Preparation of " + r.Input.Name + ", step by step"
	t.Notes = append(t.Notes,
		fmt.Sprintf("Recipe %s: %s", r.Recipe.Name, r.Recipe.Fingerprint()),
		fmt.Sprintf("Data before, %d documents: %s", r.Input.Documents, r.Input.Fingerprint),
		fmt.Sprintf("Data after, %d documents: %s", r.Output.Documents, r.Output.Fingerprint))
	return t
}

// View implements view.Viewer: the recipe, the summary, the flow, and the
// warnings. The steps show themselves.
func (r *Result) View() []view.Item {
	items := append(r.Recipe.View(), r.Summary().View()...)
	items = append(items, r.FlowTable().View()...)
	if f, err := r.Flow(); err == nil {
		items = append(items, f.View()...)
	}
	for _, w := range r.Warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

package layers

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/coherence"
	"viva/mlkit/data"
	"viva/mlkit/describe"
	"viva/mlkit/keyphrase"
	"viva/mlkit/leak"
	"viva/mlkit/linear"
	"viva/mlkit/metric"
	"viva/mlkit/prepare"
	"viva/mlkit/sparse"
	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/topic"
)

// scribble changes all memory that a value shares with its copies and whose
// fields have names, and counts the places. Pointers to types that are in the
// list of values are left alone: they are values of their own.
func scribble(v reflect.Value, values map[reflect.Type]bool, seen map[any]bool) int {
	n := 0
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || values[v.Type()] || seen[v.Pointer()] {
			return 0
		}
		seen[v.Pointer()] = true
		n += scribble(v.Elem(), values, seen)
	case reflect.Interface:
		if !v.IsNil() {
			n += scribble(v.Elem(), values, seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += scribble(v.Index(i), values, seen)
		}
		// Appending writes to memory that the caller may share.
		if v.Cap() > v.Len() {
			whole := v.Slice(0, v.Cap())
			for i := v.Len(); i < v.Cap(); i++ {
				n += scribble(whole.Index(i), values, seen)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			n += scribble(v.Index(i), values, seen)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			scribble(v.MapIndex(k), values, seen)
			v.SetMapIndex(k, reflect.Zero(v.Type().Elem()))
			n++
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				n += scribble(v.Field(i), values, seen)
			}
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("scribbled")
			n++
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if v.CanSet() {
			v.SetInt(v.Int() + 77)
			n++
		}
	case reflect.Float64:
		if v.CanSet() {
			v.SetFloat(v.Float() + 77)
			n++
		}
	case reflect.Bool:
		if v.CanSet() {
			v.SetBool(!v.Bool())
			n++
		}
	}
	return n
}

// Cells may change what they were given and what they gave, without changing
// any value of mlkit: incremental runs rest on it. Every method that takes no
// arguments is called, its result is scribbled over, and every method must say
// what it said before.
func TestValuesOfMlkitKeepToThemselves(t *testing.T) {
	ctx := context.Background()
	corpus, err := data.Open(ctx, "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	small := corpus.InSplit(data.Train)
	texts, labels, groups := small.Texts(), small.Labels(), small.Groups()
	// given are arguments that are scribbled over once everything is made.
	given := []any{texts, labels, groups}
	must := func(v any, err error) any {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	opt := classify.Options{Text: text.Options{StopWords: []string{"the", "of"}}, Seed: 1}
	docs := []data.Document{{ID: "a", Text: "one two", Label: "x", Keyphrases: []string{"one"}}, {ID: "b", Text: "three", Label: "y"}}
	start, columns, values := []int{0, 1, 2}, []int32{0, 1}, []float64{1, 2}
	rows := []split.Fold{{Train: []int{0, 1}, Test: []int{2}}, {Train: []int{2, 0}, Test: []int{1}}}
	given = append(given, opt.Text.StopWords, docs, start, columns, values, rows)
	folds := must(split.StratifiedGroupKFold(labels, groups, split.Options{K: 3})).(*split.Folds)
	counts := must(text.Count(ctx, texts, opt.Text)).(*text.Counts)
	all := make([]int, len(texts))
	for i := range all {
		all[i] = i
	}
	given = append(given, all)
	tfidf := must(counts.Fit(all)).(*text.TFIDF)
	matrix := must(tfidf.Transform(counts, all)).(*sparse.Matrix)
	outer := must(split.LeaveOneGroupOut(small.Domains())).(*split.Folds)
	nested := must(split.Nest(outer, labels, groups, split.Options{K: 2})).(*split.Nested)
	described := must(describe.Corpus(ctx, corpus, describe.Options{})).(*describe.Summary)
	tokens, moreStop := [][]string{{"one", "two", "one"}, {"two", "three"}, {"one", "three"}}, []string{"four"}
	bags := must(topic.FromTokens(tokens, topic.Words{MinDF: 1, MaxDF: 1, MoreStopWords: moreStop})).(*topic.Bags)
	reference := must(coherence.NewReference(tokens)).(*coherence.Reference)
	pairs, lda, numbers := [][]string{{"one", "two"}}, topic.LDA{Topics: 2, Iterations: 5}, []int{2, 3}
	parts := []string{"x", "x", "y"}
	given = append(given, tokens, moreStop, pairs, numbers, parts)
	few := small.Select(all[:24])
	phrases := keyphrase.Options{Trees: 3, Folds: 2}
	extractor := must(keyphrase.Train(ctx, []*data.Corpus{few}, phrases)).(*keyphrase.Model)
	copies := must(leak.Find(ctx, corpus, leak.Options{})).(*leak.Copies)
	keys, masks := []prepare.Key{{Field: "group", Ignore: []string{"none"}}}, []string{"whereas"}
	stages := []prepare.Stage{prepare.NormaliseOptions{}, prepare.GroupOptions{By: keys}, prepare.MaskOptions{Words: masks}, prepare.EasyOptions{}, prepare.SplitOptions{}}
	grid := classify.Grid{Base: opt, C: []float64{1, 2}, Models: []string{"svm", "complement"}, K: 2, Texts: []text.Options{
		{StopWords: []string{"the"}, Also: []text.Options{{Analyzer: "char_wb", MinN: 2}}}}}
	given = append(given, &grid)
	subjects := []any{
		corpus, small, corpus.Select(all[:5]), must(data.New("made", docs)), folds, must(split.New("own", 3, rows)),
		must(split.TrainValidationTest(len(labels), labels, groups, split.Shares{Validation: 0.2, Test: 0.2})),
		must(outer.WithLabels(labels)), folds.Imbalance, nested, must(folds.Plan(small)), must(nested.Plan(small)),
		described, described.Classes, described.Cross, described.Splits, described.Splits.ByClass, described.Lengths, described.Vocabulary,
		described.Groups, described.Keyphrases, described.Relations, described.Characters,
		counts, tfidf, matrix, must(sparse.New(2, start, columns, values)),
		must(linear.SVM{}.Fit(ctx, matrix, labels)), must(classify.Train(ctx, texts, labels, opt)),
		must(classify.CrossValidate(ctx, texts, labels, folds, opt)),
		must(linear.Logistic{}.Fit(ctx, matrix, labels)), must(linear.Bayes{}.Fit(ctx, matrix, labels)),
		must(classify.Search(ctx, texts, labels, groups, grid)), must(classify.NestedCrossValidate(ctx, texts, labels, groups, folds, grid)),
		must(classify.Calibrate(ctx, texts, labels, folds, opt, "")),
		extractor, must(keyphrase.Evaluate(ctx, extractor, few)),
		must(keyphrase.CrossValidate(ctx, []*data.Corpus{few}, split.Options{K: 2}, phrases)),
		must(metric.Classify(labels, labels)), must(metric.Classify(labels, labels)).(*metric.Report).Confusion(),
		copies, must(leak.Check(ctx, corpus, leak.Options{})), must(prepare.Deduplicate(ctx, corpus, prepare.DuplicateOptions{})),
		must(prepare.Run(ctx, corpus, prepare.Recipe{Stages: stages})), must(prepare.SeparateDomains(ctx, corpus, prepare.SeparateOptions{MinDocuments: 5})),
		bags, reference, must(reference.Score(ctx, pairs, coherence.Options{})), must(lda.Fit(ctx, bags)), must(topic.NMF{Topics: 2}.Fit(ctx, bags)),
		must(topic.Tune(ctx, bags, topic.TuneOptions{Topics: numbers, Seeds: 2, Model: lda})), must(topic.ByDomain(ctx, bags, parts, lda)),
	}
	given = append(given, stages, keys, masks)
	own := map[reflect.Type]bool{reflect.TypeFor[*leak.Copies](): true}
	for _, s := range subjects {
		own[reflect.TypeOf(s)] = true
	}
	type spoken struct {
		subject int
		method  string
	}
	say := func() map[spoken]string {
		said := map[spoken]string{}
		for i, s := range subjects {
			for name, f := range observers(s) {
				said[spoken{i, name}] = fmt.Sprintf("%#v", deep(f()))
			}
		}
		return said
	}
	before := say()
	if len(before) < 100 {
		t.Errorf("only %d methods are called", len(before))
	}
	compare := func(what string) {
		t.Helper()
		for k, now := range say() {
			if before[k] != now {
				t.Errorf("%s changed what %T.%s says:\n%.300s\nwas\n%.300s", what, subjects[k.subject], k.method, now, before[k])
				before[k] = now
			}
		}
	}
	n := 0
	for _, g := range given {
		n += scribble(reflect.ValueOf(g), own, map[any]bool{})
	}
	compare("scribbling over arguments")
	for _, s := range subjects {
		for name, f := range observers(s) {
			n += scribble(reflect.ValueOf(f()), own, map[any]bool{})
			if t.Failed() {
				compare(fmt.Sprintf("scribbling over %T.%s", s, name))
			}
		}
	}
	compare("scribbling over results")
	if n < 10000 {
		t.Errorf("only %d places were scribbled over", n)
	}
}

// observers are a value's methods without arguments, with the first result.
func observers(v any) map[string]func() any {
	all := map[string]func() any{}
	rv := reflect.ValueOf(v)
	for i := range rv.NumMethod() {
		m, name := rv.Method(i), rv.Type().Method(i).Name
		if m.Type().NumIn() == 0 && m.Type().NumOut() > 0 && !strings.HasPrefix(name, "Marshal") {
			all[name] = func() any { return m.Call(nil)[0].Interface() }
		}
	}
	return all
}

// deep follows pointers, which print as addresses.
func deep(v any) any {
	return follow(reflect.ValueOf(v), 0)
}

func follow(v reflect.Value, depth int) any {
	if !v.IsValid() || depth > 12 {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return follow(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		var all []any
		for i := range v.Len() {
			all = append(all, follow(v.Index(i), depth+1))
		}
		return all
	case reflect.Struct:
		var all []any
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				all = append(all, follow(v.Field(i), depth+1))
			}
		}
		return all
	case reflect.Func, reflect.Chan:
		return v.Kind().String()
	}
	return fmt.Sprint(v)
}

package child

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"

	"viva/runtime/record"
)

func TestFunctionsAreCalledAsTheNotebookDoes(t *testing.T) {
	for name, want := range map[string]string{
		"main.f":                            "f",
		"main.fꞏ2":                          "f",
		"main.f.func1":                      "a function in f",
		"main.f.func1.2":                    "a function in f",
		"main.f-range1":                     "f",
		"main.last[...]":                    "last",
		"main.(*Stack[...]).Push":           "(*Stack).Push",
		"main.Tꞏ3.String":                   "T.String",
		"main." + Cell + "1ꞏ7":              "the cell",
		"main." + Cell + "1ꞏ7-range1":       "the cell",
		"main." + Cell + "12ꞏ7.func3":       "a function in the cell",
		"main." + Cell + "1ꞏ7.func1-range2": "a function in the cell",
		"main." + Inlined + "4":             "the cell",
		"main.cell1":                        "cell1",
	} {
		if got := functionName(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// What the Go runtime prints when it gives up names the notebook's lines.
func TestPositionsInWhatADyingProcessPrints(t *testing.T) {
	trace := "panic: no\n\ngoroutine 7 [running]:\n" +
		"main.work(...)\n\t/tmp/x/n.mdꞏ5:12\n" +
		"viva/mlkit/data.Load({0x1, 0x2})\n\t/src/data.go:40 +0x1d\n" +
		"main.ꞏcell1ꞏ2.func1()\n\t/tmp/x/n.mdꞏ9:30 +0x1d\n" +
		"created by main.ꞏcell1ꞏ2 in goroutine 1\n\t/tmp/x/n.mdꞏ1:29 +0x2\n\n" +
		"goroutine 1 [running]:\nmain.other()\n\t/tmp/x/n.mdꞏ5:99 +0x1\n"
	var f Failure
	f.Locate(trace)
	want := fmt.Sprint(12, 5, []record.Frame{{Func: "work", Line: 12}, {Func: "a function in the cell", Line: 30}})
	if got := fmt.Sprint(f.Line, f.Column, f.Frames); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	f = Failure{}
	if f.Locate("exit status 2\nmain.go:3: no\n"); f.Line != 0 {
		t.Errorf("%+v", f)
	}
}

func TestMapsInOrder(t *testing.T) {
	keys := func(seq func(func(float64, int) bool)) string {
		var b strings.Builder
		for k, v := range seq {
			fmt.Fprint(&b, k, "=", v, " ")
		}
		return b.String()
	}
	m := map[float64]int{3: 1, -1: 2, math.Inf(1): 3, 0.5: 4}
	if got := keys(InOrder(m)); got != "-1=2 0.5=4 3=1 +Inf=3 " {
		t.Error(got)
	}
	m[math.NaN()], m[math.NaN()] = 7, 8
	if got := keys(InOrder(m)); !strings.HasPrefix(got, "NaN=") || strings.Count(got, "NaN") != 2 || !strings.Contains(got, "=7") || !strings.Contains(got, "=8") {
		t.Error(got)
	}

	type name string
	words := map[name]int{"c": 1, "a": 2, "b": 3}
	got := ""
	for k := range InOrder(words) {
		got += string(k)
		delete(words, "b")
		words["d"] = 4
	}
	if got != "ac" {
		t.Errorf("went through %q", got)
	}

	type point struct{ x, y int }
	unordered := map[point]bool{{1, 2}: true, {0, 1}: false}
	if got := maps.Collect(InOrder(unordered)); !maps.Equal(got, unordered) {
		t.Errorf("%v", got)
	}
	for range InOrder(map[int8]int(nil)) {
		t.Error("nil has no elements")
	}
}

func TestTextIsCutBetweenCharacters(t *testing.T) {
	for text, want := range map[string]int{"": 0, "ab": 2, "aé": 3, "a\xc3": 1, "日": 3, "日\xe6\x97": 3, "\xff": 1, "a\x80": 2} {
		if got := wholeCharacters(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestInlineText(t *testing.T) {
	type level int
	for _, c := range []struct {
		value any
		want  string
	}{{12345, "12,345"}, {0.66666, "0.6667"}, {1234.5678, "1235"}, {2.0, "2"}, {1e20, "1e+20"}, {level(3), "3"}, {nil, ""}, {true, "true"}} {
		if got := inlineText(c.value); got != c.want {
			t.Errorf("%v reads %q, want %q", c.value, got, c.want)
		}
	}
}

func TestPanicsWhoseTextPanics(t *testing.T) {
	if f := Panicked(bad{}); f.Message != "panic: a child.bad, whose text cannot be had: its method panics" {
		t.Error(f.Message)
	}
}

type bad struct{}

func (bad) Error() string { panic("again") }

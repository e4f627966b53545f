package dynamic

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// anything draws a value as Go has it and as the interpreter has it.
func anything(t *rapid.T, depth int) twin {
	n := rapid.IntRange(0, 1000)
	s := rapid.StringMatching(`[a-zé"%\n]{0,4}`)
	kinds := 9
	if depth == 0 {
		kinds = 5
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		i := n.Draw(t, "color")
		return twin{Color(i), box(idColor, i)}
	case 1:
		w := s.Draw(t, "word")
		return twin{Word(w), box(idWord, w)}
	case 2:
		f := rapid.Float64Range(-1e30, 1e30).Draw(t, "celsius")
		return twin{Celsius(f), box(idCelsius, f)}
	case 3:
		p := Point{n.Draw(t, "x"), -n.Draw(t, "y"), s.Draw(t, "name")}
		return twin{p, box(idPoint, point{p.X, p.Y, p.name})}
	case 4:
		i := n.Draw(t, "int")
		return twin{i, i}
	case 5:
		a := Shade{Color: Color(n.Draw(t, "color")), inner: Color(n.Draw(t, "inner"))}
		b := shade{A: int(a.Color), B: int(a.inner)}
		inner := anything(t, depth-1)
		a.Any, b.C = inner.real, inner.boxed
		for range rapid.IntRange(0, 2).Draw(t, "list") {
			i := n.Draw(t, "item")
			a.list, b.D = append(a.list, Color(i)), append(b.D, i)
		}
		return twin{a, box(idShade, b)}
	case 6:
		a, b := map[Color]Point{}, map[int]point{}
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			k, v := n.Draw(t, "key"), n.Draw(t, "value")
			a[Color(k)], b[k] = Point{X: v}, point{A: v}
		}
		return twin{a, box(idColorMap, b)}
	case 7:
		a, b := []any{}, []any{}
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			x := anything(t, depth-1)
			a, b = append(a, x.real), append(b, x.boxed)
		}
		return twin{a, b}
	}
	a, b := map[string]any{}, map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		k, x := s.Draw(t, "member"), anything(t, depth-1)
		a[k], b[k] = x.real, x.boxed
	}
	return twin{a, b}
}

func TestAnythingPrintsAndEncodesAsInGo(t *testing.T) {
	verbs := rapid.StringMatching(`%[-+# 0]{0,2}[0-9]?(\.[0-9])?[vdsqxXTtcUgeb]`)
	rapid.Check(t, func(t *rapid.T) {
		x, f := anything(t, 3), verbs.Draw(t, "format")
		if got, want := Sprintf(f, x.boxed), fmt.Sprintf(f, x.real); got != want {
			t.Fatalf("%s\n got %s\nwant %s", f, got, want)
		}
		want, err := json.Marshal(x.real)
		got, gotErr := Marshal(x.boxed)
		if string(got) != string(want) || (err == nil) != (gotErr == nil) {
			t.Fatalf("JSON\n got %s %v\nwant %s %v", got, gotErr, want, err)
		}
	})
}

func TestTypesAreSharedByGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s := Spec{ID: 5000 + i, Name: "main.Local", Key: fmt.Sprint("Local", i%2), Kind: reflect.Int, Named: true}
			if err := Register([]Spec{s}); err != nil {
				t.Error(err)
			}
			x := box(5000+i, 3)
			if got := Sprintf("%T %v", x, x); got != "main.Local 3" {
				t.Errorf("printed %s", got)
			}
			for _, tw := range twins() {
				Sprintf("%+v", tw.boxed)
				Implements(tw.boxed, TypeOf(idError))
				Marshal(tw.boxed)
			}
		})
	}
	wg.Wait()
	if TypeOf(5000) != TypeOf(5002) || TypeOf(5000) == TypeOf(5001) {
		t.Error("types are not told apart by their keys")
	}
}

func TestRegisterRefusesWhatIsIncomplete(t *testing.T) {
	for _, s := range []Spec{
		{ID: 0, Name: "main.Zero", Key: "zero"},
		{ID: 6001, Name: "[]main.Lost", Key: "lost", Kind: reflect.Slice, Elem: 999999},
		{ID: 6002, Name: "[]main.None", Key: "none", Kind: reflect.Slice},
		{ID: idColor, Name: "main.Taken", Key: "taken", Kind: reflect.Int},
	} {
		if err := Register([]Spec{s}); err == nil || TypeOf(s.ID) != nil && s.ID != idColor {
			t.Errorf("%s was registered", s.Name)
		}
	}
	if TypeOf(idColor).String() != "dynamic.Color" {
		t.Error("a refused type replaced another")
	}
}

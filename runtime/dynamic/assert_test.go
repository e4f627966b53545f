package dynamic

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// panicked is the text of the run-time error with which f panics.
func panicked(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		t.Helper()
		if err, ok := recover().(runtime.Error); ok {
			text = err.Error()
		}
	}()
	f()
	return ""
}

func TestFailedAssertionsReadAsGos(t *testing.T) {
	var none any
	var noError error
	var color any = Color(1)
	var text any = "s"
	var failed error = &Failure{1}
	for _, c := range []struct {
		real         func()
		x            any
		want, static int
	}{
		{func() { _ = none.(Color) }, nil, idColor, idAny},
		{func() { _ = none.(Reader) }, nil, idReader, idAny},
		{func() { _ = noError.(*Failure) }, nil, idFailurePtr, idError},
		{func() { _ = text.(Color) }, "s", idColor, idAny},
		{func() { _ = color.(Word) }, box(idColor, 1), idWord, idAny},
		{func() { _ = color.(int) }, box(idColor, 1), idInt, idAny},
		{func() { _ = color.(Reader) }, box(idColor, 1), idReader, idAny},
		{func() { _ = text.(error) }, "s", idError, idAny},
		{func() { _ = failed.(fmt.Stringer) }, outError(box(idFailurePtr, &failure{1})), idStringer, idError},
	} {
		want := panicked(t, c.real)
		got := panicked(t, func() { AssertFailed(c.x, TypeOf(c.want), TypeOf(c.static)) })
		if got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestImplements(t *testing.T) {
	for _, c := range []struct {
		x     any
		iface int
		want  bool
	}{
		{nil, idAny, false},
		{nil, idError, false},
		{7, idAny, true},
		{box(idColor, 1), idAny, true},
		{box(idColor, 1), idStringer, true},
		{box(idColor, 1), idError, false},
		{box(idFailure, failure{1}), idError, false},
		{box(idFailurePtr, &failure{1}), idError, true},
		{time.Second, idStringer, true},
		{time.Second, idReader, false},
		{fmt.Errorf("x"), idError, true},
		{new(devNull), idReader, true},
		{new(otherRead), idReader, false},
	} {
		if got := Implements(c.x, TypeOf(c.iface)); got != c.want {
			t.Errorf("Implements(%#v, %v) = %v", c.x, TypeOf(c.iface), got)
		}
	}
}

type devNull struct{}

func (*devNull) Read(p []byte) (int, error) { return len(p), nil }

type otherRead struct{}

func (*otherRead) Read(p string) (int, error) { return len(p), nil }

func TestEqual(t *testing.T) {
	all := twins()
	for _, a := range all {
		for _, b := range all {
			var want, got bool
			wantPanic := panicked(t, func() { want = a.real == b.real })
			gotPanic := panicked(t, func() { got = Equal(a.boxed, b.boxed) })
			if got != want && fmt.Sprintf("%T", a.real)[0] != '*' || gotPanic != wantPanic {
				t.Errorf("%#v == %#v\n got %v %s\nwant %v %s", a.real, b.real, got, gotPanic, want, wantPanic)
			}
		}
		m := map[any]int{}
		want := panicked(t, func() { m[a.real] = 1 })
		if got := panicked(t, func() { Hashable(a.boxed) }); got != want {
			t.Errorf("key %#v\n got %s\nwant %s", a.real, got, want)
		}
	}
}

func TestPanicText(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string
	}{
		{nil, "nil"},
		{"a\nb", "a\n\tb"},
		{1.5, "1.5"},
		{time.Second, "1s"},
		{fmt.Errorf("bad"), "bad"},
		{box(idColor, 3), "color 3"},
		{box(idCelsius, 1e21), "dynamic.Celsius(1e+21)"},
		{box(idWord, "w"), `dynamic.Word("w")`},
		{box(idFailurePtr, &failure{2}), "failure 2"},
		{box(idPoint, point{1, 2, "n"}), "(dynamic.Point) {X:1 Y:2 name:n}"},
	} {
		if got := PanicText(c.x); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestPrintText(t *testing.T) {
	got := PrintText(" ", "\n", []string{"", "", "", "", "", "", "interface"},
		[]any{1.5, float32(0.1), 1e21, complex64(1 + 2i), box(idColor, 3), []int(nil), nil})
	if want := "1.5 0.1 1e+21 (1+2i) 3 [0/0]0x0 (0x0,0x0)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

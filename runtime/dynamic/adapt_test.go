package dynamic

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
)

const (
	idWrap = iota + 200
	idJoin
	idLike
	idByLen
	idSource
	idStrings
	idFiles
	idFile
)

// A cell's types with methods that compiled code calls.
func init() {
	late = append(late, func() error {
		err := Register([]Spec{
			{ID: idStrings, Name: "[]string", Key: "[]string", Kind: reflect.Slice, Elem: idString},
			{ID: idWrap, Name: "main.Wrap", Key: "main.Wrap", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "err", Type: idError}},
				Methods: []Method{{"Error", sigText}, {"Unwrap", sigUnwrap}}},
			{ID: idJoin, Name: "main.Join", Key: "main.Join", Kind: reflect.Slice, Named: true, Elem: idError,
				Methods: []Method{{"Error", sigText}, {"Unwrap", sigUnwraps}}},
			{ID: idLike, Name: "main.Like", Key: "main.Like", Kind: reflect.String, Named: true,
				Methods: []Method{{"Error", sigText}, {"Is", "func(error) bool"}, {"As", "func(any) bool"}}},
			{ID: idByLen, Name: "main.ByLen", Key: "main.ByLen", Kind: reflect.Slice, Named: true, Elem: idString,
				Methods: []Method{{"Len", "func() int"}, {"Less", "func(int, int) bool"}, {"Swap", "func(int, int)"}}},
			{ID: idFiles, Name: "main.Files", Key: "main.Files", Kind: reflect.Struct, Named: true, Methods: []Method{{"Open", "func(string) (io/fs.File, error)"}}},
			{ID: idFile, Name: "*main.File", Key: "*main.File", Kind: reflect.Pointer, Elem: idString,
				Methods: []Method{{"Read", "func([]byte) (int, error)"}, {"Close", sigUnwrap}, {"Stat", "func() (io/fs.FileInfo, error)"}}},
			{ID: idSource, Name: "*main.Source", Key: "*main.Source", Kind: reflect.Pointer, Elem: idString,
				Methods: []Method{{"Read", "func([]byte) (int, error)"}, {"Close", "func() error"}}},
		})
		Methods("Error", sigText, map[int]func(any) string{
			idWrap: func(r any) string { return "wrap: " + Sprint(r.(struct{ E any }).E) },
			idJoin: func(r any) string { return Sprint(r) },
			idLike: func(r any) string { return r.(string) },
		})
		Methods("Unwrap", sigUnwrap, map[int]func(any) any{idWrap: func(r any) any { return r.(struct{ E any }).E }})
		Methods("Unwrap", sigUnwraps, map[int]func(any) []any{idJoin: func(r any) []any { return r.([]any) }})
		Methods("Is", sigIs, map[int]func(any, any) bool{
			idLike: func(r, target any) bool { return Sprint(target) == r.(string) },
		})
		Methods("As", sigAs, map[int]func(any, any) bool{
			idLike: func(r, target any) bool {
				p, ok := target.(**coded)
				if ok {
					*p = &coded{"as"}
				}
				return ok
			},
		})
		Methods("Len", "func() int", map[int]func(any) int{idByLen: func(r any) int { return len(r.([]string)) }})
		Methods("Less", "func(int, int) bool", map[int]func(any, int, int) bool{idByLen: func(r any, i, j int) bool {
			s := r.([]string)
			return cmp.Less(len(s[i]), len(s[j]))
		}})
		Methods("Swap", "func(int, int)", map[int]func(any, int, int){idByLen: func(r any, i, j int) {
			s := r.([]string)
			s[i], s[j] = s[j], s[i]
		}})
		Methods("Open", "func(string) (io/fs.File, error)", map[int]func(any, string) (any, any){idFiles: func(_ any, name string) (any, any) {
			if name == "none" {
				return nil, box(idLike, "no file")
			}
			return box(idFile, &name), nil
		}})
		Methods("Stat", "func() (io/fs.FileInfo, error)", map[int]func(any) (any, any){idFile: func(any) (any, any) {
			return nil, io.ErrUnexpectedEOF
		}})
		read := func(r any, p []byte) (int, any) {
			s := r.(*string)
			if *s == "" {
				return 0, io.EOF
			}
			n := copy(p, *s)
			*s = (*s)[n:]
			return n, nil
		}
		Methods("Read", "func([]byte) (int, error)", map[int]func(any, []byte) (int, any){idSource: read, idFile: read})
		Methods("Close", "func() error", map[int]func(any) any{
			idSource: func(any) any { return box(idLike, "closed") },
			idFile:   func(any) any { return nil },
		})
		return err
	})
}

// errorf is Errorf as cells get it; boxes are no errors to vet.
var errorf = Fmt()["Errorf"].Interface().(func(string, ...any) error)

func TestErrorsOfCells(t *testing.T) {
	like := outError(box(idLike, "missing"))
	wrap := outError(box(idWrap, struct{ E any }{box(idLike, "missing")}))
	join := outError(box(idJoin, []any{io.EOF, box(idFailurePtr, &failure{3})}))
	if !errors.Is(wrap, like) || errors.Is(wrap, io.EOF) {
		t.Error("errors.Is does not follow Unwrap of a box")
	}
	if !errors.Is(join, io.EOF) || errors.Is(join, like) {
		t.Error("errors.Is does not follow Unwrap() []error of a box")
	}
	if errors.Is(join, outError(In(join))) {
		t.Error("errors.Is compared an error whose type cannot be compared")
	}
	if !errors.Is(like, errors.New("missing")) {
		t.Error("errors.Is does not call the method Is")
	}
	var coded *coded
	if !errors.As(wrap, &coded) || coded.text != "as" {
		t.Error("errors.As does not call the method As")
	}
	if In(errors.Unwrap(wrap)) != box(idLike, "missing") {
		t.Errorf("errors.Unwrap gives %v", errors.Unwrap(wrap))
	}
	both := errorf("%w and %w: %v", box(idLike, "a"), io.EOF, box(idColor, 2))
	if both.Error() != "a and EOF: color 2" || !errors.Is(both, io.EOF) || !errors.Is(both, outError(box(idLike, "a"))) {
		t.Errorf("Errorf: %v", both)
	}
	if got := Sprintf("%T %T", both, errorf("%w", box(idLike, "a"))); got != "*fmt.wrapErrors *fmt.wrapError" {
		t.Errorf("types of errors of Errorf: %s", got)
	}
	if got := errorf("%w", box(idColor, 2)).Error(); got != "%!w(dynamic.Color=2)" {
		t.Errorf("Errorf with no error: %s", got)
	}
	var seen []string
	ErrorsAs(errorf("top: %w", join), func(x any) bool {
		seen = append(seen, Sprintf("%T", x))
		return false
	})
	if got := strings.Join(seen, " "); got != "*fmt.wrapError main.Join *errors.errorString *dynamic.Failure" {
		t.Errorf("ErrorsAs went through %s", got)
	}
	if !ErrorsAs(wrap, func(x any) bool { b, ok := x.(Box); return ok && b.T == TypeOf(idLike) }) {
		t.Error("ErrorsAs does not find a box")
	}
}

// coded is a compiled type of errors.
type coded struct{ text string }

func (c *coded) Error() string { return c.text }

func TestCompiledCodeCallsCells(t *testing.T) {
	words := []string{"ccc", "a", "bb"}
	sort.Sort(Out(box(idByLen, words), "sort.Interface").(sort.Interface))
	if !slices.Equal(words, []string{"a", "bb", "ccc"}) {
		t.Errorf("sorted: %v", words)
	}
	text := "one\ntwo\n"
	source := box(idSource, &text)
	rc := Out(source, "io.ReadCloser").(io.ReadCloser)
	lines := bufio.NewScanner(rc)
	n := 0
	for lines.Scan() {
		n++
	}
	if n != 2 {
		t.Errorf("read %d lines", n)
	}
	if err := rc.Close(); In(err) != box(idLike, "closed") || err.Error() != "closed" {
		t.Errorf("Close gives %#v", err)
	}
	if In(rc) != source {
		t.Error("a wrapper does not come back as its box")
	}
	if got := fmt.Sprint(Out(box(idColor, 1), "fmt.Stringer")); got != "color 1" {
		t.Errorf("a Stringer prints as %s", got)
	}
}

func TestResultsOfCellsReachCompiledCode(t *testing.T) {
	files := Out(box(idFiles, struct{}{}), "io/fs.FS").(fs.FS)
	if data, err := fs.ReadFile(files, "content"); string(data) != "content" || err != nil {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := fs.ReadFile(files, "none"); err == nil || In(err) != box(idLike, "no file") {
		t.Errorf("a missing file gives %v", err)
	}
	if _, err := fs.Stat(files, "x"); err != io.ErrUnexpectedEOF {
		t.Errorf("Stat gives %v", err)
	}
	f := Call(files, "Open", "func(string) (io/fs.File, error)", []any{"y"})
	if b, ok := f[0].(Box); !ok || b.T != TypeOf(idFile) || f[1] != nil {
		t.Errorf("a cell gets %v", f)
	}
}

func TestFunctionsCrossOver(t *testing.T) {
	cell := func(err any) any { return box(idLike, "seen "+Sprint(err)) }
	f := toCompiled(reflect.ValueOf(cell), reflect.TypeFor[func(error) error]()).Interface().(func(error) error)
	if got := f(outError(box(idLike, "x"))); In(got) != box(idLike, "seen x") {
		t.Errorf("compiled code gets %v", got)
	}
	back := toCell(reflect.ValueOf(f), erased(reflect.TypeOf(f))).Interface().(func(any) any)
	if got := back(nil); got != box(idLike, "seen <nil>") {
		t.Errorf("a cell gets %v", got)
	}
	list := toCompiled(reflect.ValueOf([]any{box(idLike, "x"), nil}), reflect.TypeFor[[]error]()).Interface().([]error)
	if In(list[0]) != box(idLike, "x") || list[1] != nil {
		t.Errorf("a list became %v", list)
	}
}

func TestCall(t *testing.T) {
	if got := Call(box(idColor, 4), "String", sigText, nil)[0]; got != "color 4" {
		t.Errorf("method of a box: %v", got)
	}
	r := strings.NewReader("xyz")
	p := make([]byte, 2)
	if got := Call(r, "Read", "func([]byte) (int, error)", []any{p}); got[0] != 2 || got[1] != nil || string(p) != "xy" {
		t.Errorf("method of a native value: %v", got)
	}
	text := "written"
	var b strings.Builder
	w := bufio.NewWriter(&b)
	if got := Call(w, "ReadFrom", "func(io.Reader) (int64, error)", []any{box(idSource, &text)}); got[0] != int64(7) {
		t.Errorf("a box as an argument: %v", got)
	}
	if got := panicked(t, func() { Call(nil, "Error", sigText, nil) }); got != "runtime error: invalid memory address or nil pointer dereference" {
		t.Errorf("method of nil: %s", got)
	}
	if got := Call(outError(box(idLike, "m")), "Is", sigIs, []any{errors.New("m")})[0]; got != true {
		t.Errorf("method of a box that was an error: %v", got)
	}
}

func BenchmarkSprintBox(b *testing.B) {
	x := box(idShade, shade{1, 2, box(idColor, 3), []int{4}})
	for b.Loop() {
		_ = Sprintf("%+v", x)
	}
}

func BenchmarkSprintReal(b *testing.B) {
	x := Shade{1, 2, Color(3), []Color{4}}
	for b.Loop() {
		_ = fmt.Sprintf("%+v", x)
	}
}

func BenchmarkCallBox(b *testing.B) {
	x := any(box(idColor, 3))
	for b.Loop() {
		Call(x, "String", sigText, nil)
	}
}

func BenchmarkCallNative(b *testing.B) {
	x := any(strings.NewReader("abc"))
	for b.Loop() {
		Call(x, "Len", "func() int", nil)
	}
}

func BenchmarkSortInterface(b *testing.B) {
	words := make([]string, 1000)
	for i := range words {
		words[i] = strings.Repeat("x", i*7919%1000)
	}
	for b.Loop() {
		sort.Sort(Out(box(idByLen, slices.Clone(words)), "sort.Interface").(sort.Interface))
	}
}

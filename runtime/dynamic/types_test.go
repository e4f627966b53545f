package dynamic

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

// The types below are what a cell might declare. Beside each stands its Spec
// and, in the table of values, the form in which the interpreter holds it.

type Color int

func (c Color) String() string {
	if c < 0 {
		panic("no such color")
	}
	return fmt.Sprintf("color %d", int(c))
}

type Celsius float64

type Word string

type Point struct {
	X, Y int
	name string
}

type Shade struct {
	Color Color
	inner Color
	Any   any
	list  []Color
}

type Failure struct{ Code int }

func (f *Failure) Error() string { return fmt.Sprintf("failure %d", f.Code) }

type Flags []bool

func (f Flags) Error() string { return fmt.Sprint("flags ", len(f)) }

type Syntax struct{ n int }

func (s Syntax) GoString() string { return fmt.Sprintf("syntax(%d)", s.n) }

type Own struct{ n int }

func (o Own) Format(s fmt.State, verb rune) {
	w, ok := s.Width()
	fmt.Fprintf(s, "<%c %d %t %t>", verb, w, ok, s.Flag('+'))
}

type Base struct{ ID int }

func (b Base) String() string { return fmt.Sprint("base ", b.ID) }

type base struct{ Shown Color }

type Outer struct {
	base
	*Point
	Note string
}

type Node struct {
	Value int
	Next  *Node
}

type Fn func(int) int

type Reader interface{ Read([]byte) (int, error) }

// IDs of the specs.
const (
	idInt = iota + 1
	idString
	idFloat
	idBool
	idAny
	idError
	idByte
	idColor
	idCelsius
	idWord
	idPoint
	idPointPtr
	idShade
	idColors
	idFailure
	idFailurePtr
	idFlags
	idSyntax
	idOwn
	idBase
	idBase2
	idOuter
	idNode
	idNodePtr
	idFn
	idReader
	idColorMap
	idPoints
	idPointPtrs
	idBytes
	idStringer
	idPair
	idColorArray
	idErrors
)

var specs = []Spec{
	{ID: idInt, Name: "int", Key: "int", Kind: reflect.Int},
	{ID: idString, Name: "string", Key: "string", Kind: reflect.String},
	{ID: idFloat, Name: "float64", Key: "float64", Kind: reflect.Float64},
	{ID: idBool, Name: "bool", Key: "bool", Kind: reflect.Bool},
	{ID: idAny, Name: "interface {}", Key: "any", Kind: reflect.Interface},
	{ID: idError, Name: "error", Key: "error", Kind: reflect.Interface, Methods: []Method{{"Error", "func() string"}}},
	{ID: idByte, Name: "uint8", Key: "uint8", Kind: reflect.Uint8},
	{ID: idColor, Name: "dynamic.Color", Key: "Color", Kind: reflect.Int, Named: true, Methods: []Method{{"String", "func() string"}}},
	{ID: idCelsius, Name: "dynamic.Celsius", Key: "Celsius", Kind: reflect.Float64, Named: true},
	{ID: idWord, Name: "dynamic.Word", Key: "Word", Kind: reflect.String, Named: true},
	{ID: idPoint, Name: "dynamic.Point", Key: "Point", Kind: reflect.Struct, Named: true, Fields: []Field{
		{Name: "X", Type: idInt, Exported: true}, {Name: "Y", Type: idInt, Exported: true}, {Name: "name", Type: idString}}},
	{ID: idPointPtr, Name: "*dynamic.Point", Key: "*Point", Kind: reflect.Pointer, Elem: idPoint},
	{ID: idShade, Name: "dynamic.Shade", Key: "Shade", Kind: reflect.Struct, Named: true, Fields: []Field{
		{Name: "Color", Type: idColor, Exported: true}, {Name: "inner", Type: idColor},
		{Name: "Any", Type: idAny, Exported: true}, {Name: "list", Type: idColors}}},
	{ID: idColors, Name: "[]dynamic.Color", Key: "[]Color", Kind: reflect.Slice, Elem: idColor},
	{ID: idFailure, Name: "dynamic.Failure", Key: "Failure", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "Code", Type: idInt, Exported: true}}},
	{ID: idFailurePtr, Name: "*dynamic.Failure", Key: "*Failure", Kind: reflect.Pointer, Elem: idFailure, Methods: []Method{{"Error", "func() string"}}},
	{ID: idFlags, Name: "dynamic.Flags", Key: "Flags", Kind: reflect.Slice, Named: true, Elem: idBool, Methods: []Method{{"Error", "func() string"}}},
	{ID: idSyntax, Name: "dynamic.Syntax", Key: "Syntax", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "n", Type: idInt}}, Methods: []Method{{"GoString", "func() string"}}},
	{ID: idOwn, Name: "dynamic.Own", Key: "Own", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "n", Type: idInt}}, Methods: []Method{{"Format", "func(fmt.State, rune)"}}},
	{ID: idBase, Name: "dynamic.Base", Key: "Base", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "ID", Type: idInt, Exported: true}}, Methods: []Method{{"String", "func() string"}}},
	{ID: idBase2, Name: "dynamic.base", Key: "base", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "Shown", Type: idColor, Exported: true}}},
	{ID: idOuter, Name: "dynamic.Outer", Key: "Outer", Kind: reflect.Struct, Named: true, Fields: []Field{
		{Name: "base", Type: idBase2, Embedded: true}, {Name: "Point", Type: idPointPtr, Embedded: true, Exported: true}, {Name: "Note", Type: idString, Exported: true}}},
	{ID: idNode, Name: "dynamic.Node", Key: "Node", Kind: reflect.Struct, Named: true, Fields: []Field{
		{Name: "Value", Type: idInt, Exported: true}, {Name: "Next", Type: idNodePtr, Exported: true}}},
	{ID: idNodePtr, Name: "*dynamic.Node", Key: "*Node", Kind: reflect.Pointer, Elem: idNode},
	{ID: idFn, Name: "dynamic.Fn", Key: "Fn", Kind: reflect.Func, Named: true, Params: []int{idInt}, Results: []int{idInt}},
	{ID: idReader, Name: "dynamic.Reader", Key: "Reader", Kind: reflect.Interface, Named: true, Methods: []Method{{"Read", "func([]byte) (int, error)"}}},
	{ID: idColorMap, Name: "map[dynamic.Color]dynamic.Point", Key: "map[Color]Point", Kind: reflect.Map, MapKey: idColor, Elem: idPoint},
	{ID: idPoints, Name: "[]dynamic.Point", Key: "[]Point", Kind: reflect.Slice, Elem: idPoint},
	{ID: idPointPtrs, Name: "[]*dynamic.Point", Key: "[]*Point", Kind: reflect.Slice, Elem: idPointPtr},
	{ID: idBytes, Name: "[]uint8", Key: "[]uint8", Kind: reflect.Slice, Elem: idByte},
	{ID: idStringer, Name: "fmt.Stringer", Key: "fmt.Stringer", Kind: reflect.Interface, Methods: []Method{{"String", "func() string"}}},
	{ID: idPair, Name: "dynamic.Pair", Key: "Pair", Kind: reflect.Struct, Named: true, Fields: []Field{
		{Name: "A", Type: idAny, Exported: true}, {Name: "Err", Type: idError, Exported: true}, {Name: "raw", Type: idBytes}}},
	{ID: idColorArray, Name: "[2]dynamic.Color", Key: "[2]Color", Kind: reflect.Array, Len: 2, Elem: idColor},
	{ID: idErrors, Name: "[]error", Key: "[]error", Kind: reflect.Slice, Elem: idError},
}

// Pair holds interfaces.
type Pair struct {
	A   any
	Err error
	raw []byte
}

// Target forms of the structs: fields at the same indexes, other names.
type (
	point = struct {
		A, B int
		C    string
	}
	shade = struct {
		A, B int
		C    any
		D    []int
	}
	failure = struct{ F int }
	single  = struct{ n int }
	base_   = struct{ F int }
	outer   = struct {
		X base_
		Y *point
		Z string
	}
	node = struct {
		V int
		N any
	}
	pair = struct {
		P, Q any
		r    []byte
	}
)

// late are registrations of other files, after this one's.
var late []func() error

func TestMain(m *testing.M) {
	err := Register(specs)
	for _, f := range late {
		err = cmp.Or(err, f())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	Methods("String", "func() string", map[int]func(any) string{
		idColor: func(r any) string { return Color(r.(int)).String() },
		idBase:  func(r any) string { return Base{r.(base_).F}.String() },
	})
	Methods("Error", "func() string", map[int]func(any) string{
		idFailurePtr: func(r any) string { return fmt.Sprintf("failure %d", r.(*failure).F) },
		idFlags:      func(r any) string { return fmt.Sprint("flags ", len(r.([]bool))) },
	})
	Methods("GoString", "func() string", map[int]func(any) string{
		idSyntax: func(r any) string { return fmt.Sprintf("syntax(%d)", r.(single).n) },
	})
	Methods("Format", "func(fmt.State, rune)", map[int]func(any, any, rune){
		idOwn: func(r any, s any, verb rune) { Own{}.Format(s.(fmt.State), verb) },
	})
	os.Exit(m.Run())
}

func box(id int, v any) Box { return Box{TypeOf(id), v} }

// twins are values as Go has them and as the interpreter has them.
type twin struct{ real, boxed any }

func twins() []twin {
	pt := point{1, -2, "p"}
	// The same memory, so that addresses are the same.
	failed := &Failure{2}
	alias := box(idFailurePtr, (*failure)(unsafe.Pointer(failed)))
	return []twin{
		{Color(3), box(idColor, 3)},
		{Color(-1), box(idColor, -1)},
		{Celsius(21.5), box(idCelsius, 21.5)},
		{Word("né\n"), box(idWord, "né\n")},
		{Point{1, -2, "p"}, box(idPoint, pt)},
		{&Point{1, -2, "p"}, box(idPointPtr, &pt)},
		{(*Point)(nil), box(idPointPtr, (*point)(nil))},
		{Shade{1, 2, Color(3), []Color{4}}, box(idShade, shade{1, 2, box(idColor, 3), []int{4}})},
		{Shade{}, box(idShade, shade{})},
		{Shade{Any: []any{nil, Word("w"), 7, "s"}}, box(idShade, shade{C: []any{nil, box(idWord, "w"), 7, "s"}})},
		{[]Color{1, 2}, box(idColors, []int{1, 2})},
		{[]Color(nil), box(idColors, []int(nil))},
		{[2]Color{1, 2}, box(idColorArray, [2]int{1, 2})},
		{&Failure{7}, box(idFailurePtr, &failure{7})},
		{(*Failure)(nil), box(idFailurePtr, (*failure)(nil))},
		{Failure{7}, box(idFailure, failure{7})},
		{Flags{true, false}, box(idFlags, []bool{true, false})},
		{Flags(nil), box(idFlags, []bool(nil))},
		{Syntax{5}, box(idSyntax, single{5})},
		{Own{5}, box(idOwn, single{5})},
		{Base{9}, box(idBase, base_{9})},
		{Outer{base{3}, nil, "n"}, box(idOuter, outer{base_{3}, nil, "n"})},
		{Node{1, nil}, box(idNode, node{1, nil})},
		{&Node{1, nil}, box(idNodePtr, &node{1, (*node)(nil)})},
		{Fn(nil), box(idFn, struct{ F func(int) int }{nil})},
		{map[Color]Point{2: {X: 1}, 1: {Y: 2}}, box(idColorMap, map[int]point{2: {A: 1}, 1: {B: 2}})},
		{map[Color]Point(nil), box(idColorMap, map[int]point(nil))},
		{[]Point{{X: 1}, {}}, box(idPoints, []point{{A: 1}, {}})},
		{&[]Point{{X: 1}}, Box{pointerTo(idPoints), &[]point{{A: 1}}}},
		{Pair{Color(1), failed, []byte("hi")}, box(idPair, pair{box(idColor, 1), alias, []byte("hi")})},
		{Pair{}, box(idPair, pair{})},
		{[]any{Color(1), Point{}, nil, 3}, []any{box(idColor, 1), box(idPoint, point{}), nil, 3}},
		{map[string]any{"b": Color(1), "a": nil}, map[string]any{"b": box(idColor, 1), "a": nil}},
		{map[any]int{Word("x"): 1}, map[any]int{box(idWord, "x"): 1}},
		{[]error{failed, nil}, []error{outError(alias), nil}},
		{reflect.ValueOf([]any{Color(1)}), reflect.ValueOf([]any{box(idColor, 1)})},
		{7, 7}, {"s", "s"}, {nil, nil}, {[]byte("hi"), []byte("hi")}, {1.5, 1.5}, {true, true},
	}
}

// pointerTo registers the pointer type of a registered type.
func pointerTo(id int) *Type {
	s := Spec{ID: 1000 + id, Name: "*" + TypeOf(id).String(), Key: "*" + TypeOf(id).key, Kind: reflect.Pointer, Elem: id}
	if err := Register([]Spec{s}); err != nil {
		panic(err)
	}
	return TypeOf(1000 + id)
}

func TestPrintsAsFmtDoes(t *testing.T) {
	var formats []string
	for _, flags := range []string{"", "+", "#", "-8", "08", "8", " ", "+#", ".2", "#8.3", "-"} {
		for _, verb := range "vTsdqxXtbocUeEfFgGwy" {
			formats = append(formats, "%"+flags+string(verb))
		}
	}
	formats = append(formats, "%", "%!", "%z", "%[2]d", "%[1]v %[1]T", "%*d", "a%%b", "%v %v", "none")
	for _, tw := range twins() {
		for _, f := range formats {
			want := fmt.Sprintf(f, tw.real)
			if got := Sprintf(f, tw.boxed); got != want {
				t.Errorf("Sprintf(%q, %T)\n got %s\nwant %s", f, tw.real, got, want)
			}
			// Compiled code that prints a box finds a Formatter.
			if _, ok := tw.boxed.(Box); ok && f != "none" && f != "%" && !strings.ContainsAny(f[1:], "Tw!z*[%") {
				if got := fmt.Sprintf(f, tw.boxed); got != want {
					t.Errorf("fmt.Sprintf(%q, %T)\n got %s\nwant %s", f, tw.real, got, want)
				}
			}
		}
		if got, want := Sprint(tw.boxed), fmt.Sprint(tw.real); got != want {
			t.Errorf("Sprint(%T): got %s want %s", tw.real, got, want)
		}
		if got, want := Sprint("a", tw.boxed, tw.boxed, 1, 2), fmt.Sprint("a", tw.real, tw.real, 1, 2); got != want {
			t.Errorf("Sprint(%T, …): got %s want %s", tw.real, got, want)
		}
		if got, want := Sprintln(tw.boxed, 1), fmt.Sprintln(tw.real, 1); got != want {
			t.Errorf("Sprintln(%T): got %s want %s", tw.real, got, want)
		}
	}
}

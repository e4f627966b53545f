package engine

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"viva/runtime/record"
)

type person struct {
	name string
	age  int
}

type level int

// Each case is a cell's text and what the same Go gives when it is compiled.
func TestGenericFunctionsGiveWhatCompiledOnesGive(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	const people = "type person struct {\n\tname string\n\tage int\n}\ntype level int\n" +
		"ps := []person{{\"eve\", 30}, {\"al\", 25}, {\"bo\", 30}, {\"cy\", 25}}\n" +
		"m := map[string]int{\"b\": 2, \"a\": 1, \"c\": 3}\n" +
		"xs := []int{3, 1, 2, 3}\nfs := []float64{2, math.NaN(), -1, math.Inf(1), 0}\nls := []level{3, 1, 2}\n"
	ps := []person{{"eve", 30}, {"al", 25}, {"bo", 30}, {"cy", 25}}
	m := map[string]int{"b": 2, "a": 1, "c": 3}
	xs := []int{3, 1, 2, 3}
	fs := []float64{2, math.NaN(), -1, math.Inf(1), 0}
	ls := []level{3, 1, 2}
	sorted := func() []int { s := slices.Clone(xs); slices.Sort(s); return s }
	byAge := func(a, b person) int { return cmp.Compare(a.age, b.age) }
	const byAgeText = "func(a, b person) int { return cmp.Compare(a.age, b.age) }"
	index, found := slices.BinarySearch(sorted(), 3)
	maxByAge := slices.MaxFunc(ps, byAge)
	repeated := slices.Repeat([]string{"a", "b"}, 2)
	for _, c := range []struct {
		name, code string
		want       any
	}{
		{"Sort ints", "s := slices.Clone(xs)\nslices.Sort(s)\nfmt.Print(s)", sorted()},
		{"Sort floats", "s := slices.Clone(fs)\nslices.Sort(s)\nfmt.Print(s)", func() any { s := slices.Clone(fs); slices.Sort(s); return s }()},
		{"Sort a named type", "s := slices.Clone(ls)\nslices.Sort(s)\nfmt.Print(s, slices.IsSorted(s))", fmt.Sprint(slices.Sorted(slices.Values(ls)), true)},
		{"Sorted keys", "fmt.Print(slices.Sorted(maps.Keys(m)))", slices.Sorted(maps.Keys(m))},
		{"Sorted values", "fmt.Print(slices.Sorted(maps.Values(m)))", slices.Sorted(maps.Values(m))},
		{"SortFunc of structs", "s := slices.Clone(ps)\nslices.SortFunc(s, func(a, b person) int { return cmp.Or(-cmp.Compare(a.age, b.age), strings.Compare(a.name, b.name)) })\nfmt.Print(s)",
			slices.SortedFunc(slices.Values(ps), func(a, b person) int {
				return cmp.Or(-cmp.Compare(a.age, b.age), strings.Compare(a.name, b.name))
			})},
		{"SortStableFunc", "s := slices.Clone(ps)\nslices.SortStableFunc(s, " + byAgeText + ")\nfmt.Print(s)", slices.SortedStableFunc(slices.Values(ps), byAge)},
		{"a comparison by name", "s := []string{\"b\", \"a\"}\nslices.SortFunc(s, strings.Compare)\nslices.SortFunc(s, cmp.Compare[string])\nslices.SortFunc(s, cmp.Compare)\nfmt.Print(s)", []string{"a", "b"}},
		{"Contains and Index", "fmt.Print(slices.Contains(xs, 2), slices.Index(xs, 2), slices.IndexFunc(ps, func(p person) bool { return p.name == \"bo\" }), slices.ContainsFunc(xs, func(x int) bool { return x > 5 }))",
			fmt.Sprint(slices.Contains(xs, 2), slices.Index(xs, 2), 2, false)},
		{"Max and Min", "fmt.Print(slices.Max(xs), slices.Min(xs), slices.Max(fs), slices.Min([]string{\"b\", \"a\"}))", fmt.Sprint(slices.Max(xs), slices.Min(xs), slices.Max(fs), "a")},
		{"MaxFunc", "fmt.Print(slices.MaxFunc(ps, " + byAgeText + "))", maxByAge},
		{"BinarySearch", "slices.Sort(xs)\nfmt.Println(slices.BinarySearch(xs, 3))", fmt.Sprint(index, found) + "\n"},
		{"BinarySearchFunc", "i, ok := slices.BinarySearchFunc([]person{{\"a\", 1}, {\"b\", 4}}, 4, func(p person, age int) int { return p.age - age })\nfmt.Print(i, ok)", "1 true"},
		{"Reverse, Compact and Equal", "s := slices.Compact([]int{1, 1, 2, 2, 1})\nslices.Reverse(s)\nfmt.Print(s, slices.Equal(s, []int{1, 2, 1}), slices.Compare(s, xs))", "[1 2 1] true -1"},
		{"Insert, Delete and Replace", "s := slices.Insert([]int{1, 5}, 1, 2, 3, 4)\ns = slices.Delete(s, 0, 2)\ns = slices.Replace(s, 0, 1, 9, 8, 7)\ns = slices.Insert(s, 1, s[2:4]...)\nfmt.Print(s)",
			func() any {
				s := slices.Insert([]int{1, 5}, 1, 2, 3, 4)
				s = slices.Delete(s, 0, 2)
				s = slices.Replace(s, 0, 1, 9, 8, 7)
				return slices.Insert(s, 1, s[2:4]...)
			}()},
		{"an insertion of its own elements", "s := make([]int, 4, 20)\ncopy(s, xs)\ns = slices.Insert(s, 1, s[1:4]...)\nfmt.Print(s)",
			func() any { s := make([]int, 4, 20); copy(s, xs); return slices.Insert(s, 1, s[1:4]...) }()},
		{"DeleteFunc", "fmt.Print(slices.DeleteFunc(slices.Clone(xs), func(x int) bool { return x == 3 }))", []int{1, 2}},
		{"Concat, Repeat and Grow", "fmt.Print(slices.Concat(xs, []int{7}, nil), slices.Repeat([]string{\"a\", \"b\"}, 2), cap(slices.Grow(xs, 40)) >= 44)", fmt.Sprint(slices.Concat(xs, []int{7}), repeated, true)},
		{"Collect, AppendSeq and Chunk", "fmt.Print(slices.Collect(maps.Keys(map[int]bool{4: true})), slices.AppendSeq([]int{0}, slices.Values(xs)), slices.Collect(slices.Chunk(xs, 3)))", "[4] [0 3 1 2 3] [[3 1 2] [3]]"},
		{"maps", "c := maps.Clone(m)\nc[\"z\"] = 26\nmaps.DeleteFunc(c, func(k string, v int) bool { return v == 2 })\nmaps.Copy(c, map[string]int{\"y\": 25})\nmaps.Insert(c, maps.All(map[string]int{\"x\": 24}))\nfmt.Print(c, maps.Equal(c, m), maps.Equal(m, maps.Collect(maps.All(m))))", fmt.Sprint(map[string]int{"a": 1, "c": 3, "x": 24, "y": 25, "z": 26}, false, true)},
		{"cmp", "fmt.Print(cmp.Compare(1, 2), cmp.Compare(\"b\", \"a\"), cmp.Compare(math.NaN(), 1), cmp.Less(2.5, 2), cmp.Or(\"\", \"x\", \"y\"))", fmt.Sprint(-1, 1, -1, false, "x")},
		{"a type given by hand", "sort := slices.Sort[[]int]\nsort(xs)\nfmt.Print(xs, slices.Max[[]float64](fs[2:]))", fmt.Sprint(sorted(), math.Inf(1))},
		{"ranges over slices and maps", "for i, v := range slices.Backward(xs) {\n\tfmt.Print(i, v, \" \")\n}\nfor _, k := range slices.Sorted(maps.Keys(m)) {\n\tfmt.Print(k)\n}\nsum := 0\nfor _, v := range maps.All(m) {\n\tsum += v\n}\nfmt.Print(sum)", "3 3 2 2 1 1 0 3 abc6"},
		{"compiled sequences", "for p := range strings.SplitSeq(\"a,b,c\", \",\") {\n\tfmt.Print(p, \" \")\n}\nfmt.Print(slices.Collect(strings.FieldsSeq(\" x  y \")))\nfor range strings.Lines(\"1\\n2\") {\n\tfmt.Print(\".\")\n}", fmt.Sprint("a ", "b ", "c ", slices.Collect(strings.FieldsSeq(" x  y ")), "..")},
		{"OnceValue", "n := 0\nf := sync.OnceValue(func() int { n++; return n * 10 })\ng := sync.OnceValues(func() (string, error) { n++; return \"s\", nil })\nf()\na, _ := g()\nb, _ := g()\nfmt.Print(f(), n, a, b)", func() any {
			n := 0
			f := sync.OnceValue(func() int { n++; return n * 10 })
			return fmt.Sprint(f(), 2, "s", "s")
		}()},
		{"atomic.Pointer", "var p atomic.Pointer[person]\nfmt.Print(p.Load() == nil)\np.Store(&ps[0])\nold := p.Swap(&ps[1])\nfmt.Print(old.name, p.Load().name, p.CompareAndSwap(&ps[0], nil), p.CompareAndSwap(&ps[1], &ps[2]), p.Load().name)", "trueevealfalse truebo"},
		{"rand.N", "fmt.Print(rand.N(int64(1)), rand.N(10*time.Second) < 10*time.Second)", "0 true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, people, c.code)
			if got, want := text(r), fmt.Sprint(c.want); got != want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, want)
			}
		})
	}
}

// The order of equal elements is left open by SortFunc, but is the same for
// the same source: it shows that the whole algorithm runs as compiled.
func TestSortsOfManyElements(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	var people []person
	for range 600 {
		people = append(people, person{fmt.Sprint(rng.Intn(1 << 30)), rng.Intn(40)})
	}
	slices.SortFunc(people, func(a, b person) int { return a.age - b.age })
	want := fmt.Sprintln(people)
	r := runCells(t, t.Context(), Options{}, "type person struct {\n\tname string\n\tage int\n}\nrng := rand.New(rand.NewSource(3))\nvar people []person\nfor range 600 {\n\tpeople = append(people, person{fmt.Sprint(rng.Intn(1 << 30)), rng.Intn(40)})\n}\nslices.SortFunc(people, func(a, b person) int { return a.age - b.age })\nfmt.Println(people)")
	if got := text(r); got != want {
		t.Errorf("got %.300s, want %.300s", got, want)
	}
}

func TestGenericsOfTheNotebook(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"functions", []string{"func Map[T, U any](xs []T, f func(T) U) []U {\n\tvar out []U\n\tfor _, x := range xs {\n\t\tout = append(out, f(x))\n\t}\n\treturn out\n}",
			"type P struct{ n int }\nfmt.Print(Map([]int{1, 2}, strconv.Itoa), Map([]string{\"a\"}, func(s string) P { return P{len(s)} }))"}, "[1 2] [{1}]"},
		{"that call others", []string{"type Number interface{ ~int | ~float64 }\nfunc sum[T Number](xs ...T) (s T) {\n\tfor _, x := range xs {\n\t\ts += x\n\t}\n\treturn\n}\nfunc mean[T Number](xs ...T) float64 { return float64(sum(xs...)) / float64(len(xs)) }\nfunc half() float64 { return mean(0, 1) }",
			"fmt.Print(mean(1, 2), mean(0.5, 1), half(), sum(1, 2))"}, "1.5 0.75 0.5 3"},
		{"that call themselves", []string{"func depth[T any](n int, v T) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn 1 + depth(n-1, v)\n}\nfmt.Print(depth(3, \"x\"), depth(2, 1))"}, "3 2"},
		{"types with methods", []string{"type Stack[T any] struct{ items []T }\nfunc (s *Stack[E]) Push(v E) { s.items = append(s.items, v) }\nfunc (s *Stack[T]) Pop() (T, bool) {\n\tvar zero T\n\tif len(s.items) == 0 {\n\t\treturn zero, false\n\t}\n\tv := s.items[len(s.items)-1]\n\ts.items = s.items[:len(s.items)-1]\n\treturn v, true\n}\nfunc (s Stack[_]) Len() int { return len(s.items) }",
			"var s Stack[string]\ns.Push(\"a\")\ns.Push(\"b\")\nt := &Stack[[]int]{}\nt.Push([]int{1})", "v, ok := s.Pop()\nw, _ := t.Pop()\n_, none := t.Pop()\nfmt.Print(v, ok, s.Len(), w, none)"}, "btrue 1 [1] false"},
		{"types that contain themselves", []string{"type Tree[K cmp.Ordered, V any] struct {\n\tleft, right *Tree[K, V]\n\tkey K\n\tvalue V\n}\nfunc (t *Tree[K, V]) Put(k K, v V) *Tree[K, V] {\n\tif t == nil {\n\t\treturn &Tree[K, V]{key: k, value: v}\n\t}\n\tif k < t.key {\n\t\tt.left = t.left.Put(k, v)\n\t} else {\n\t\tt.right = t.right.Put(k, v)\n\t}\n\treturn t\n}\nfunc (t *Tree[K, V]) All() iter.Seq2[K, V] {\n\treturn func(yield func(K, V) bool) { t.push(yield) }\n}\nfunc (t *Tree[K, V]) push(yield func(K, V) bool) bool {\n\treturn t == nil || t.left.push(yield) && yield(t.key, t.value) && t.right.push(yield)\n}",
			"var t *Tree[string, int]\nfor i, w := range strings.Fields(\"m c x a\") {\n\tt = t.Put(w, i)\n}\nfor k, v := range t.All() {\n\tif k == \"x\" {\n\t\tbreak\n\t}\n\tfmt.Print(k, v, \" \")\n}"}, "a3 c1 m0 "},
		{"pairs and named functions", []string{"type Pair[A, B any] struct {\n\tFirst A\n\tSecond B\n}\ntype Pred[T any] func(T) bool\nfunc zip[A, B any](a []A, b []B) []Pair[A, B] {\n\tout := make([]Pair[A, B], 0, min(len(a), len(b)))\n\tfor i := range min(len(a), len(b)) {\n\t\tout = append(out, Pair[A, B]{a[i], b[i]})\n\t}\n\treturn out\n}\nfunc filter[T any](xs []T, p Pred[T]) []T {\n\tvar out []T\n\tfor _, x := range xs {\n\t\tif p(x) {\n\t\t\tout = append(out, x)\n\t\t}\n\t}\n\treturn out\n}",
			"zs := zip([]int{1, 2, 3}, []string{\"a\", \"b\"})\nfmt.Print(zs, zs[1].Second, filter([]int{1, 2, 3}, func(x int) bool { return x > 1 }))"}, "[{1 a} {2 b}]b[2 3]"},
		{"what the declaration saw, and not what hides it", []string{"const scale = 10\nfunc times[T ~int](v T) T { return v * scale }", "const scale = 1000\ntype T string\nfmt.Print(times(2), T(\"x\"))"}, "20x"},
		{"conversions to a pointer", []string{"type S struct{ n int }\nfunc as[T, U any](v T, f func(T) U) U { return U(f(v)) }\nfmt.Print(as(3, func(n int) *S { return &S{n} }).n)"}, "3"},
		{"types that functions declare", []string{"func f[T any](v T) string {\n\ttype node struct {\n\t\tv T\n\t\tnext *node\n\t}\n\tns := slices.Repeat([]node{{v: v}}, 2)\n\tns[0].next = &ns[1]\n\treturn fmt.Sprint(ns[0].next.v, len(ns))\n}\nfunc g() string {\n\ttype row struct{ n int }\n\trows := []row{{3}, {1}}\n\tslices.SortFunc(rows, func(a, b row) int { return a.n - b.n })\n\treturn fmt.Sprint(rows)\n}\nfmt.Print(f(1), f(\"s\"), g())"}, "1 2s2[{1} {3}]"},
		{"a group of types", []string{"type (\n\tBox[T any] struct{ v T }\n\tPlain int\n)\nfmt.Print(Box[Plain]{3}.v + Plain(1))"}, "4"},
		{"sets", []string{"type Set[T comparable] map[T]struct{}\nfunc (s Set[T]) Add(vs ...T) Set[T] {\n\tfor _, v := range vs {\n\t\ts[v] = struct{}{}\n\t}\n\treturn s\n}\nfunc (s Set[T]) Has(v T) bool { _, ok := s[v]; return ok }\ns := Set[string]{}.Add(\"b\", \"a\")\nfmt.Print(s.Has(\"a\"), s.Has(\"z\"), slices.Sorted(maps.Keys(s)))"}, "true false [a b]"},
		{"must in a generic function", []string{"func first[T any](xs []T, err error) T { return must(xs, err)[0] }\nfmt.Print(first([]int{4}, nil))"}, "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, c.cells...)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

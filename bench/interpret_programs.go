package main

import (
	"fmt"
	"strings"
)

// interpreted is a piece of Go whose function work is timed. It keeps to what
// the interpreter runs by itself, so that all three ways can run it.
type interpreted struct {
	name    string
	imports []string
	// decls declare work, which returns a number that depends on all it does.
	decls string
}

var interpretedPrograms = []interpreted{
	{"integer_loop", nil, `func work() int {
	h := 0
	for i := 0; i < 3000000; i++ {
		h = (h*31 + i) % 1000003
		if h&1 == 1 {
			h += 7
		}
	}
	return h
}`},
	{"recursion", nil, `func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func work() int { return fib(26) }`},
	{"word_count", []string{"strings"}, `func work() int {
	text := strings.Repeat("It was the best of times, it was the worst of times; ", 10000)
	counts := map[string]int{}
	for _, word := range strings.Fields(text) {
		word = strings.ToLower(strings.Trim(word, ",;"))
		if word == "" {
			continue
		}
		counts[word]++
	}
	sum := 0
	for word, n := range counts {
		sum += len(word) * n
	}
	return sum
}`},
	{"dot_product", nil, `func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func work() int {
	a, b := make([]float64, 1000), make([]float64, 1000)
	for i := range a {
		a[i], b[i] = float64(i), 1/float64(i+1)
	}
	total := 0.0
	for i := 0; i < 4000; i++ {
		total += dot(a, b)
	}
	return int(total)
}`},
	{"interface_method", nil, `type shape interface{ area() int }
type square struct{ side int }
type rect struct{ w, h int }

func (s square) area() int { return s.side * s.side }
func (r *rect) area() int  { return r.w * r.h }

func work() int {
	shapes := []shape{square{2}, &rect{2, 3}, square{5}, &rect{4, 1}}
	sum := 0
	for i := 0; i < 400000; i++ {
		sum += shapes[i%4].area()
	}
	return sum
}`},
	{"closure", nil, `func adder(step int) func(int) int {
	total := 0
	return func(n int) int {
		total += n * step
		return total
	}
}

func work() int {
	a, b := adder(1), adder(3)
	sum := 0
	for i := 0; i < 400000; i++ {
		sum += a(i) - b(1)
	}
	return sum
}`},
	{"struct_slice", nil, `type particle struct {
	x, v float64
	hits int
}

func work() int {
	ps := make([]particle, 500)
	for i := range ps {
		ps[i].v = float64(i%7) - 3
	}
	for step := 0; step < 1500; step++ {
		for i := range ps {
			p := &ps[i]
			p.x += p.v * 0.01
			if p.x > 1 || p.x < -1 {
				p.v = -p.v
				p.hits++
			}
		}
	}
	hits := 0
	for _, p := range ps {
		hits += p.hits
	}
	return hits
}`},
}

// timed prints what work returns and how many nanoseconds it took.
const timed = `began := time.Now()
result := work()
fmt.Println(result, time.Since(began).Nanoseconds())`

// program is the piece as a Go program.
func (p interpreted) program() string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n")
	for _, im := range p.imports {
		fmt.Fprintf(&b, "\t%q\n", im)
	}
	fmt.Fprintf(&b, ")\n\n%s\n\nfunc main() {\n%s\n}\n", p.decls, timed)
	return b.String()
}

// notebook is the piece as a notebook of two cells.
func (p interpreted) notebook() string {
	return "```go\n" + p.decls + "\n```\n\n```go\n" + timed + "\n```\n"
}

// twentyCells is a notebook of twenty cells of the usual kinds.
func twentyCells() string {
	forms := []string{`type sample%[1]d struct {
	Name  string
	Score float64
}

func (s sample%[1]d) String() string { return fmt.Sprintf("%%s: %%.2f", s.Name, s.Score) }

samples%[1]d := []sample%[1]d{{"a", 1}, {"b", 0.5}}
fmt.Println(samples%[1]d[0])`, `func mean%[1]d[T ~int | ~float64](xs []T) (sum T) {
	for _, x := range xs {
		sum += x
	}
	return sum / T(len(xs))
}

fmt.Println(mean%[1]d([]float64{1, 2}), mean%[1]d([]int{4, 6}))`, `counts%[1]d := map[string]int{}
for word := range strings.FieldsSeq("the quick brown fox and the dog") {
	counts%[1]d[word]++
}
for _, k := range slices.Sorted(maps.Keys(counts%[1]d)) {
	fmt.Println(k, counts%[1]d[k])
}`, `n%[1]d := must(strconv.Atoi("12"))
func check%[1]d(n int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %%v", r)
		}
	}()
	if n < 0 {
		return errors.New("negative")
	}
	_ = 100 / n
	return nil
}
fmt.Println(check%[1]d(n%[1]d), check%[1]d(0))`}
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "## Step %d\n\n```go\n"+forms[i%len(forms)]+"\n```\n\n", i)
	}
	return b.String()
}

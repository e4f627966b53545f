package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// vocabulary is what random functions refer to. burn bounds how much one of
// them does, at the same place in both engines.
const vocabulary = `var fuel int

func burn() {
	fuel--
	if fuel < 0 {
		panic("no fuel")
	}
}

type N int

func (n N) Name() string { return fmt.Sprint("N", int(n)) }
func (n N) Twice() N     { return n * 2 }
func (n *N) Bump() int   { *n += 3; return int(*n) }
func (n N) plus() int      { return int(n) + 1 }

type Q struct {
	X uint8
	f float64
}

func (q Q) Name() string { return fmt.Sprint("Q", q.X) }
func (q *Q) Bump() int   { q.X += 7; return int(q.X) }

type P struct {
	Q
	A   int
	s   string
	arr [3]int
	Xs  any
}

func (p *P) Add(n int) *P { p.A += n; return p }
func (p P) Sum() int      { p.arr[0]++; return p.A + p.arr[0] + len(p.s) }

type Namer interface{ Name() string }

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(v T) int { s.items = append(s.items, v); return len(s.items) }
func (s *Stack[T]) Pop() (v T, ok bool) {
	if len(s.items) == 0 {
		return v, false
	}
	v = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}

func each[T, U any](list []T, f func(T) U) []U {
	var out []U
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func same[T comparable](a, b T) bool { return a == b }
func keep[T any](v T) T              { burn(); return v }
func ref[T any](v T) *T              { return &v }
func swap[A, B any](a A, b B) (B, A) { burn(); return b, a }

func seq(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i * i) {
				return
			}
		}
	}
}

func at(i, n int) int { return (i%n + n) % n }

func small(f float64) float64 {
	if f > -1e9 && f < 1e9 {
		return f
	}
	return 0.5
}

func tell(v ...any) {
	burn()
	for i := range v {
		if s, ok := v[i].(string); ok && len(s) > 60 {
			v[i] = s[:60]
		}
		if s, ok := v[i].([]int); ok && len(s) > 30 {
			v[i] = s[:30]
		}
	}
	fmt.Println(v...)
}

func run(name string, f func()) {
	fmt.Println("==", name)
	fuel = 300
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("panic:", r)
		}
	}()
	f()
}
`

type randomVar struct{ name, typ string }

type randomFunc struct {
	name            string
	params, results []string
}

// randomProgram writes Go that the checker accepts.
type randomProgram struct {
	r     *rand.Rand
	b     strings.Builder
	vars  []randomVar
	funcs []randomFunc
	count int
	// nest is how deep statements are, loops the labels around them, of which
	// "" has none.
	nest    int
	loops   []string
	results []string
	named   []string
}

var (
	randomInts  = []string{"int", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "N"}
	randomTypes = append([]string{"float64", "string", "bool", "[]int", "[]string", "[3]int", "map[string]int", "P", "*P", "Q", "any", "Namer",
		"func(int) int", "[]P", "[2]Q", "*int", "int", "int", "string", "func() int"}, randomInts...)
	randomFields = map[string][]string{
		"int": {"A"}, "string": {"s"}, "[3]int": {"arr"}, "uint8": {"X", "Q.X"}, "float64": {"f", "Q.f"}, "Q": {"Q"}, "any": {"Xs"},
	}
)

// newRandomProgram writes a program of n functions, run in their order.
func newRandomProgram(seed uint64, n int) string {
	g := &randomProgram{r: rand.New(rand.NewPCG(seed, 1))}
	var calls strings.Builder
	for i := range n {
		f := g.function(fmt.Sprintf("f%d", i))
		fmt.Fprintf(&calls, "run(%q, func() { ", f.name)
		var args []string
		g.vars = nil
		for _, p := range f.params {
			args = append(args, g.expr(p, 0))
		}
		var names []string
		for i := range f.results {
			names = append(names, fmt.Sprintf("r%d", i))
		}
		fmt.Fprintf(&calls, "%s := %s(%s); ", strings.Join(names, ", "), f.name, strings.Join(args, ", "))
		for i, t := range f.results {
			calls.WriteString(showRandom(names[i], t) + "; ")
		}
		calls.WriteString("})\n")
		if len(g.funcs) > 6 {
			g.funcs = g.funcs[1:]
		}
		g.funcs = append(g.funcs, f)
	}
	return vocabulary + g.b.String() + "\n\x00" + calls.String()
}

// showRandom prints a variable, without an address.
func showRandom(name, t string) string {
	switch t {
	case "func(int) int":
		return fmt.Sprintf("if %s != nil { tell(%q, %s(2)) }", name, name, name)
	case "func() int":
		return fmt.Sprintf("if %s != nil { tell(%q, %s()) }", name, name, name)
	case "*P", "*int":
		return fmt.Sprintf("if %s != nil { tell(%q, *%s) }", name, name, name)
	case "Namer":
		return fmt.Sprintf("if %s != nil { tell(%q, %s.Name()) }", name, name, name)
	}
	return fmt.Sprintf("tell(%q, %s)", name, name)
}

func (g *randomProgram) n(n int) int               { return g.r.IntN(n) }
func (g *randomProgram) odds(of, in int) bool      { return g.r.IntN(in) < of }
func (g *randomProgram) pick(list []string) string { return list[g.r.IntN(len(list))] }

func (g *randomProgram) fresh(prefix string) string {
	g.count++
	return fmt.Sprintf("%s%d", prefix, g.count)
}

func (g *randomProgram) emit(format string, args ...any) {
	fmt.Fprintf(&g.b, format+"\n", args...)
}

func (g *randomProgram) function(name string) randomFunc {
	f := randomFunc{name: name}
	g.vars, g.loops, g.nest, g.named = nil, nil, 0, nil
	var params, results []string
	for range g.n(4) {
		t, p := g.pick(randomTypes), g.fresh("p")
		f.params = append(f.params, t)
		params = append(params, p+" "+t)
		g.vars = append(g.vars, randomVar{p, t})
	}
	named := g.odds(1, 2)
	for range 1 + g.n(2) {
		t := g.pick(randomTypes)
		f.results = append(f.results, t)
		if named {
			r := g.fresh("r")
			g.named = append(g.named, r)
			g.vars = append(g.vars, randomVar{r, t})
			t = r + " " + t
		}
		results = append(results, t)
	}
	g.results = f.results
	g.emit("\nfunc %s(%s) (%s) {\nburn()", name, strings.Join(params, ", "), strings.Join(results, ", "))
	if g.odds(1, 3) {
		g.emit("defer func() {\nif r := recover(); r != nil {\ntell(\"recovered\", fmt.Sprint(r))")
		g.apart(nil, func() { g.block(1) })
		g.emit("}\n}()")
	}
	g.statements(4 + g.n(8))
	for _, v := range g.vars {
		if g.odds(1, 2) {
			g.emit("%s", showRandom(v.name, v.typ))
		}
	}
	g.emit("return %s\n}", g.returned())
	return f
}

func (g *randomProgram) returned() string {
	if len(g.named) > 0 && g.odds(1, 3) {
		return ""
	}
	var values []string
	for _, t := range g.results {
		values = append(values, g.expr(t, 2))
	}
	return strings.Join(values, ", ")
}

func (g *randomProgram) statements(n int) {
	for range n {
		g.statement()
	}
}

// block writes statements whose variables end with them.
func (g *randomProgram) block(n int) {
	known := len(g.vars)
	g.nest++
	g.statements(n)
	g.nest--
	g.vars = g.vars[:known]
}

// apart runs write where no loop or result is around.
func (g *randomProgram) apart(results []string, write func()) {
	loops, before, named := g.loops, g.results, g.named
	g.loops, g.results, g.named = nil, results, nil
	write()
	g.loops, g.results, g.named = loops, before, named
}

// text returns what write writes.
func (g *randomProgram) text(write func()) string {
	before := g.b.String()
	g.b.Reset()
	write()
	t := strings.TrimSuffix(g.b.String(), "\n")
	g.b.Reset()
	g.b.WriteString(before)
	return t
}

func (g *randomProgram) declare(t string) {
	e := g.expr(t, 3)
	v := g.fresh("v")
	if len(g.vars) > 2 && g.odds(1, 12) && g.nest > 0 {
		v = g.vars[g.n(len(g.vars))].name // hides an outer one
		g.emit("{")
		g.emit("%s := %s\n_ = %s", v, g.typed(t, e), v)
		hidden := slices.Clone(g.vars)
		g.vars = append(slices.DeleteFunc(slices.Clone(g.vars), func(o randomVar) bool { return o.name == v }), randomVar{v, t})
		g.nest++
		g.statements(2)
		g.nest--
		g.vars = hidden
		g.emit("}")
		return
	}
	switch g.n(4) {
	case 0:
		g.emit("var %s %s", v, t)
	case 1:
		g.emit("var %s %s = %s", v, t, e)
	default:
		g.emit("%s := %s", v, g.typed(t, e))
	}
	g.emit("_ = %s", v)
	g.vars = append(g.vars, randomVar{v, t})
}

// typed gives a literal its type.
func (g *randomProgram) typed(t, e string) string {
	return fmt.Sprintf("(%s)(%s)", t, e)
}

func (g *randomProgram) statement() {
	if g.nest > 3 {
		g.assignment()
		return
	}
	switch g.n(24) {
	case 0, 1, 2:
		g.declare(g.pick(randomTypes))
	case 3, 4, 5, 6:
		g.assignment()
	case 7:
		g.emit("if %s {", g.expr("bool", 3))
		g.block(1 + g.n(3))
		if g.odds(1, 2) {
			g.emit("} else if %s := %s; %s {", "c", g.expr("bool", 2), "c")
			g.block(1)
			g.emit("} else {")
			g.block(1 + g.n(2))
		}
		g.emit("}")
	case 8, 9, 10:
		g.loop()
	case 11:
		g.switchStatement()
	case 12:
		g.typeSwitch()
	case 13:
		g.closure()
	case 14:
		g.deferred()
	case 15:
		if len(g.loops) > 0 {
			target := g.pick(g.loops)
			g.emit("if %s { %s %s }", g.expr("bool", 2), g.pick([]string{"break", "continue"}), target)
		} else {
			g.emit("if %s { return %s }", g.expr("bool", 2), g.returned())
		}
	case 16:
		v := g.fresh("ch")
		g.emit("%s := make(chan %s, %d)", v, "int", g.n(3))
		g.emit("go func(n int) {\ndefer close(%s)\nfor i := range n { %s <- i * n }\n}(at(%s, 5))", v, v, g.expr("int", 2))
		g.emit("for x := range %s { tell(\"got\", x) }", v)
	case 17:
		v := g.fresh("st")
		t := g.pick([]string{"int", "string", "P", "any", "N"})
		g.emit("var %s Stack[%s]", v, t)
		g.emit("tell(%s.Push(%s), %s.Push(%s))", v, g.expr(t, 2), v, g.expr(t, 2))
		g.emit("if x, ok := %s.Pop(); ok { tell(x, len(%s.items)) }", v, v)
	case 18:
		if g.odds(1, 3) {
			g.emit("if %s { panic(%s) }", g.expr("bool", 2), g.expr(g.pick([]string{"string", "int", "N"}), 2))
			return
		}
		g.emit("select {\ncase c := <-func() chan int { c := make(chan int, 1); c <- %s; return c }():\ntell(c)\n}", g.expr("int", 2))
	case 19:
		g.emit("{")
		g.block(2 + g.n(2))
		g.emit("}")
	case 20:
		m := g.pick([]string{"map[string]int", "[]int", "[]string"})
		if m == "map[string]int" {
			g.emit("{ s := 0; for k, v := range %s { s += len(k) * v }; tell(s) }", g.expr(m, 2))
			return
		}
		if v, ok := g.variable(m); ok {
			g.emit("tell(copy(%s, %s))", v, g.expr(m, 2))
		}
	default:
		t := g.pick(randomTypes)
		if v, ok := g.variable(t); ok {
			g.emit("%s", showRandom(v, t))
		} else {
			g.emit("tell(%s, %s)", g.expr(g.pick(randomInts), 3), g.expr("string", 3))
		}
	}
}

func (g *randomProgram) assignment() {
	switch g.n(6) {
	case 0:
		t := g.pick(randomInts)
		if l, ok := g.left(t); ok {
			g.emit("%s%s", l, g.pick([]string{"++", "--"}))
			return
		}
	case 1:
		t := g.pick(append([]string{"float64", "string"}, randomInts...))
		if l, ok := g.left(t); ok {
			op := "+="
			if slices.Contains(randomInts, t) {
				op = g.pick([]string{"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "&^=", "<<=", ">>="})
			}
			switch {
			case strings.Contains(op, "<<"), strings.Contains(op, ">>"):
				g.emit("%s %s %s", l, op, g.expr(g.pick([]string{"uint8", "uint16"}), 1))
			default:
				g.emit("%s %s %s", l, op, g.operand(t, 2))
			}
			return
		}
	case 2:
		a, b := g.pick(randomTypes), g.pick(randomTypes)
		x, ok := g.left(a)
		y, ok2 := g.left(b)
		if ok && ok2 {
			if g.odds(1, 2) {
				g.emit("%s, %s = swap(%s, %s)", x, y, g.typed(b, g.expr(b, 2)), g.typed(a, g.expr(a, 2)))
			} else {
				g.emit("%s, %s = %s, %s", x, y, g.expr(a, 2), g.expr(b, 2))
			}
			return
		}
	}
	for range 4 {
		t := g.pick(randomTypes)
		if l, ok := g.left(t); ok {
			g.emit("%s = %s", l, g.expr(t, 3))
			return
		}
	}
	g.declare(g.pick(randomTypes))
}

func (g *randomProgram) loop() {
	label, prefix := "", ""
	if g.odds(1, 2) {
		label = g.fresh("L")
		prefix = label + ":\n"
	}
	known := len(g.vars)
	i, v := g.fresh("i"), g.fresh("e")
	use := func(vars ...randomVar) {
		g.emit("burn()")
		for _, v := range vars {
			g.emit("_ = %s", v.name)
		}
		g.vars = append(g.vars, vars...)
	}
	head := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		g.emit("%s%s", prefix, text)
		if label != "" {
			g.emit("if fuel < 0 { break %s }", label)
		}
	}
	switch g.n(7) {
	case 0, 1:
		head("for %s := %d; %s < %d; %s++ {", i, g.n(3), i, 2+g.n(4), i)
		use(randomVar{i, "int"})
		if g.odds(2, 3) {
			g.vars = g.vars[:len(g.vars)-1]
		}
	case 2:
		t := g.pick([]string{"int", "uint8", "N"})
		head("for %s := range %s(%d) {", i, t, 1+g.n(4))
		use(randomVar{i, t})
	case 3:
		t := g.pick([]string{"[]int", "[3]int", "[]string", "[]P", "[2]Q"})
		elem := t[strings.Index(t, "]")+1:]
		head("for %s, %s := range %s {", i, v, g.typed(t, g.expr(t, 2)))
		use(randomVar{i, "int"}, randomVar{v, elem})
	case 4:
		head("for %s, %s := range %s {", i, v, g.expr("string", 2))
		use(randomVar{i, "int"}, randomVar{v, "int32"})
	case 5:
		head("for %s := range seq(%d) {", i, 1+g.n(4))
		use(randomVar{i, "int"})
	default:
		head("for %s, %s := 0, %s; %s < 4; %s, %s = %s+1, %s {", i, v, g.typed("string", g.expr("string", 1)), i, i, v, i, v+"+\"x\"")
		use(randomVar{v, "string"})
	}
	g.loops = append(g.loops, label)
	g.block(1 + g.n(3))
	g.loops = g.loops[:len(g.loops)-1]
	g.vars = g.vars[:known]
	g.emit("}")
}

func (g *randomProgram) switchStatement() {
	loops := g.loops
	g.loops = slices.DeleteFunc(slices.Clone(loops), func(l string) bool { return l == "" })
	defer func() { g.loops = loops }()
	clauses := 1 + g.n(4)
	def := g.n(clauses + 2)
	tagged := g.odds(1, 2)
	if tagged {
		g.emit("switch x := %s; x {", g.typed("int", g.expr("int", 3)))
	} else {
		g.emit("switch {")
	}
	for i := range clauses {
		switch {
		case i == def:
			g.emit("default:")
		case tagged && g.odds(2, 3):
			g.emit("case %d, %d:", i*2, i*2+1)
		case tagged:
			g.emit("case %s, keep(%d):", g.nonConstant("int", 2), i+50)
		default:
			g.emit("case %s, %s:", g.nonConstant("bool", 2), g.nonConstant("bool", 2))
		}
		g.block(1 + g.n(2))
		if i < clauses-1 && g.odds(1, 3) {
			g.emit("fallthrough")
		}
	}
	g.emit("}")
}

func (g *randomProgram) typeSwitch() {
	loops := g.loops
	g.loops = slices.DeleteFunc(slices.Clone(loops), func(l string) bool { return l == "" })
	defer func() { g.loops = loops }()
	all := []string{"int", "string", "uint8", "P", "*P", "N", "Q", "[3]int", "float64", "func(int) int", "[]int"}
	g.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	v := g.fresh("x")
	g.emit("switch %s := any(%s).(type) {", v, g.expr("any", 3))
	for _, t := range all[:2+g.n(4)] {
		g.emit("case %s:\n_ = %s", t, v)
		known := len(g.vars)
		g.vars = append(g.vars, randomVar{v, t})
		g.block(1)
		g.emit("%s", showRandom(v, t))
		g.vars = g.vars[:known]
	}
	g.emit("case nil:\ntell(\"nil\")\ncase Namer:\ntell(%s.Name())\ndefault:\ntell(fmt.Sprintf(\"%%T\", %s))\n}", v, v)
}

func (g *randomProgram) closure() {
	v := g.fresh("fn")
	g.emit("%s := %s", v, g.literal("func(int) int"))
	g.emit("_ = %s", v)
	g.vars = append(g.vars, randomVar{v, "func(int) int"})
}

// literal is a function literal with statements that use what is around it.
func (g *randomProgram) literal(t string) string {
	known := len(g.vars)
	defer func() { g.vars = g.vars[:known] }()
	head := "func() int {\nburn()\n"
	if t == "func(int) int" {
		p := g.fresh("a")
		g.vars = append(g.vars, randomVar{p, "int"})
		head = "func(" + p + " int) int {\nburn()\n"
	}
	return g.text(func() {
		g.apart([]string{"int"}, func() {
			g.b.WriteString(head)
			g.nest += 2
			g.block(1 + g.n(2))
			g.nest -= 2
			g.emit("return %s\n}", g.expr("int", 2))
		})
	})
}

func (g *randomProgram) deferred() {
	g.apart(nil, func() {
		switch g.n(3) {
		case 0:
			g.emit("defer tell(\"deferred\", %s)", g.expr(g.pick([]string{"int", "string", "P", "[3]int"}), 2))
		case 1:
			p := g.fresh("d")
			g.emit("defer func(%s int) {", p)
			known := len(g.vars)
			g.vars = append(g.vars, randomVar{p, "int"})
			g.nest++
			g.block(1)
			g.nest--
			g.vars = g.vars[:known]
			g.emit("}(%s)", g.expr("int", 2))
		default:
			if v, ok := g.variable("P"); ok {
				g.emit("defer %s.Add(1).Bump()", v)
			}
		}
	})
}

// variable is a variable of the type.
func (g *randomProgram) variable(t string) (string, bool) {
	var names []string
	for i, v := range g.vars {
		if v.typ == t && !slices.ContainsFunc(g.vars[i+1:], func(o randomVar) bool { return o.name == v.name }) {
			names = append(names, v.name)
		}
	}
	if len(names) == 0 {
		return "", false
	}
	return g.pick(names), true
}

// left is something of the type that can be assigned.
func (g *randomProgram) left(t string) (string, bool) {
	var all []string
	if v, ok := g.variable(t); ok {
		all = append(all, v, v)
	}
	for _, f := range randomFields[t] {
		if v, ok := g.variable("P"); ok {
			all = append(all, v+"."+f)
		}
		if v, ok := g.variable("*P"); ok {
			all = append(all, v+"."+f)
		}
		if v, ok := g.variable("[]P"); ok {
			all = append(all, fmt.Sprintf("%s[at(%s, len(%s))].%s", v, g.expr("int", 1), v, f))
		}
	}
	indexed := map[string][]string{"int": {"[]int", "[3]int"}, "string": {"[]string"}, "P": {"[]P"}, "Q": {"[2]Q"}}
	for _, c := range indexed[t] {
		if v, ok := g.variable(c); ok {
			all = append(all, fmt.Sprintf("%s[at(%s, len(%s))]", v, g.expr("int", 1), v))
		}
	}
	if t == "int" {
		if v, ok := g.variable("map[string]int"); ok {
			all = append(all, fmt.Sprintf("%s[%s]", v, g.expr("string", 1)))
		}
		if v, ok := g.variable("*int"); ok {
			all = append(all, "*"+v)
		}
	}
	if t == "P" {
		if v, ok := g.variable("*P"); ok {
			all = append(all, "*"+v)
		}
	}
	if len(all) == 0 {
		return "", false
	}
	return g.pick(all), true
}

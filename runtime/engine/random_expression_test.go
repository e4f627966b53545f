package engine

import (
	"fmt"
	"slices"
	"strings"
)

// simple is an expression without calls that compute.
func (g *randomProgram) simple(t string) string {
	if g.odds(2, 3) {
		if l, ok := g.variable(t); ok {
			return l
		}
	}
	lit := func(values ...string) string { return g.pick(values) }
	switch t {
	case "int", "int64", "int32", "N":
		return fmt.Sprintf("%s(%s)", t, lit("0", "1", "2", "-3", "7", "100", "2147483647", "-2147483648"))
	case "int8":
		return "int8(" + lit("0", "1", "-1", "127", "-128", "5") + ")"
	case "uint8":
		return "uint8(" + lit("0", "1", "255", "128", "9") + ")"
	case "int16":
		return "int16(" + lit("0", "1", "-32768", "32767") + ")"
	case "uint16":
		return "uint16(" + lit("0", "1", "65535", "3") + ")"
	case "uint32":
		return "uint32(" + lit("0", "1", "4294967295", "16") + ")"
	case "uint64":
		return "uint64(" + lit("0", "1", "18446744073709551615", "33") + ")"
	case "float64":
		return lit("0.5", "-1.25", "3.0", "1e10", "0.1")
	case "string":
		return lit(`"a"`, `""`, `"héé"`, `"xyz"`, `"日本"`, `"k"`)
	case "bool":
		return lit("true", "false")
	case "[]int":
		return lit("[]int{1, 2, 3}", "[]int(nil)", "[]int{4: 1}", "make([]int, 2, 8)")
	case "[]string":
		return lit(`[]string{"p", "qq"}`, "[]string{}")
	case "[3]int":
		return lit("[3]int{1, 2}", "[...]int{7, 8, 9}", "[3]int{}")
	case "map[string]int":
		return lit(`map[string]int{"a": 1, "xyz": 2}`, "map[string]int{}", "map[string]int(nil)")
	case "P":
		return lit(`P{A: 1, s: "s"}`, `P{Q{1, 2.5}, 3, "t", [3]int{1, 2, 3}, 4}`, "P{}", `P{Q: Q{X: 9}, Xs: Q{1, 2}}`)
	case "*P":
		return lit("&P{A: 5}", "new(P)", `ref(P{s: "r"})`)
	case "Q":
		return lit("Q{1, 2}", "Q{X: 200}", "Q{}")
	case "any":
		return lit("any(1)", `any("s")`, "any(nil)", "any(N(4))", "any(Q{1, 2})", "any(&P{A: 2})", "any([3]int{1})", "any(uint8(3))", "any(P{Xs: 1})")
	case "Namer":
		return lit("Namer(N(2))", "Namer(Q{3, 1})", "Namer(&Q{4, 1})", "Namer(P{Q: Q{X: 6}})", "Namer(&P{})")
	case "func(int) int":
		return lit("func(x int) int { return x + 1 }", "func(x int) int { burn(); return x * 2 }")
	case "func() int":
		return lit("func() int { return 4 }", "N(3).plus")
	case "[]P":
		return lit("[]P{{A: 1}, {s: \"z\"}}", "[]P{}", "make([]P, 2)")
	case "[2]Q":
		return lit("[2]Q{{1, 2}}", "[2]Q{1: {X: 3}}")
	case "*int":
		return lit("new(int)", "ref(3)")
	}
	panic("no values of type " + t)
}

// nonConstant is an expression that the compiler cannot compute.
func (g *randomProgram) nonConstant(t string, depth int) string {
	if v, ok := g.variable(t); ok && g.odds(1, 2) {
		return v
	}
	return fmt.Sprintf("keep(%s)", g.typed(t, g.expr(t, depth-1)))
}

// operand is an expression that may stand beside one that is no constant.
func (g *randomProgram) operand(t string, depth int) string {
	if g.odds(1, 3) && slices.Contains(randomInts, t) {
		return fmt.Sprintf("%s(%d)", t, 1+g.n(9))
	}
	return g.nonConstant(t, depth)
}

// expr is an expression of the type.
func (g *randomProgram) expr(t string, depth int) string {
	if depth <= 0 || g.odds(1, 4) {
		return g.simple(t)
	}
	depth--
	var all []func() string
	add := func(f func() string) { all = append(all, f) }
	sub := func(t string) string { return g.expr(t, depth) }
	switch {
	case slices.Contains(randomInts, t):
		for range 3 {
			add(func() string {
				return fmt.Sprintf("(%s %s %s)", g.nonConstant(t, depth), g.pick([]string{"+", "-", "*", "/", "%", "&", "|", "^", "&^"}), g.operand(t, depth))
			})
		}
		add(func() string {
			return fmt.Sprintf("(%s %s %s)", g.nonConstant(t, depth), g.pick([]string{"<<", ">>"}), g.nonConstant(g.pick([]string{"uint8", "int", "uint16"}), 1))
		})
		add(func() string { return fmt.Sprintf("(%s%s)", g.pick([]string{"-", "^", "+"}), g.nonConstant(t, depth)) })
		add(func() string { return fmt.Sprintf("%s(%s)", t, g.nonConstant(g.pick(randomInts), depth)) })
		add(func() string { return fmt.Sprintf("min(%s, %s)", g.nonConstant(t, depth), g.operand(t, depth)) })
	}
	for _, f := range randomFields[t] {
		for _, from := range []string{"P", "*P"} {
			add(func() string { return fmt.Sprintf("%s.%s", g.nonConstant(from, depth), f) })
		}
	}
	switch t {
	case "int":
		add(func() string {
			return fmt.Sprintf("len(%s)", g.nonConstant(g.pick([]string{"string", "[]int", "map[string]int", "[]P"}), depth))
		})
		add(func() string {
			return fmt.Sprintf("func(a []int) int { return a[at(%s, len(a))] }(%s)", sub("int"), sub("[]int"))
		})
		add(func() string { return fmt.Sprintf("%s[at(%s, 3)]", g.nonConstant("[3]int", depth), sub("int")) })
		add(func() string { return fmt.Sprintf("%s[%s]", g.nonConstant("map[string]int", depth), sub("string")) })
		add(func() string { return fmt.Sprintf("%s(%s)", g.nonConstant("func(int) int", depth), sub("int")) })
		add(func() string { return fmt.Sprintf("%s()", g.nonConstant("func() int", depth)) })
		add(func() string { return fmt.Sprintf("%s.Sum()", g.nonConstant(g.pick([]string{"P", "*P"}), depth)) })
		add(func() string { return fmt.Sprintf("%s.Bump()", g.nonConstant("*P", depth)) })
		add(func() string { return fmt.Sprintf("*%s", g.nonConstant("*int", depth)) })
		add(func() string { return fmt.Sprintf("int(small(%s))", sub("float64")) })
		add(func() string { return "func() int {\n" + g.inner("int") + "\n}()" })
		add(func() string { return fmt.Sprintf("%s.A", g.nonConstant("*P", depth)) })
		if v, ok := g.variable("N"); ok {
			add(func() string { return v + ".Bump()" })
		}
		if v, ok := g.variable("P"); ok {
			add(func() string { return fmt.Sprintf("%s.Add(%s).A", v, sub("int")) })
		}
	case "N":
		add(func() string { return g.nonConstant("N", depth) + ".Twice()" })
	case "uint8":
		add(func() string {
			return fmt.Sprintf("func(s string) byte { return s[at(%s, len(s))] }(%s)", sub("int"), sub("string"))
		})
		add(func() string { return fmt.Sprintf("%s[at(%s, 2)].X", g.nonConstant("[2]Q", depth), sub("int")) })
	case "float64":
		add(func() string {
			return fmt.Sprintf("(%s %s %s)", g.nonConstant(t, depth), g.pick([]string{"+", "-", "*", "/"}), g.nonConstant(t, depth))
		})
		add(func() string { return fmt.Sprintf("float64(%s)", g.nonConstant(g.pick(randomInts), depth)) })
	case "string":
		add(func() string { return fmt.Sprintf("(%s + %s)", sub(t), sub(t)) })
		add(func() string {
			return fmt.Sprintf("fmt.Sprint(%s, %s)", sub(g.pick([]string{"int", "P", "Q", "N", "[3]int", "[]string"})), sub("bool"))
		})
		add(func() string { return fmt.Sprintf("string(rune(at(%s, 1000)))", g.nonConstant("int", depth)) })
		add(func() string {
			return fmt.Sprintf("%s.Name()", g.nonConstant(g.pick([]string{"Namer", "Q", "N", "P", "*P"}), depth))
		})
		add(func() string {
			return fmt.Sprintf("func(s string) string { return s[at(%s, len(s)+1):] }(%s)", sub("int"), sub("string"))
		})
		add(func() string {
			return fmt.Sprintf("fmt.Sprintf(\"%%v|%%+v|%%T\", %s, %s, %s)", sub("Q"), sub("[2]Q"), sub("any"))
		})
	case "bool":
		for _, t := range []string{"int", "string", "float64", "uint8", "N"} {
			add(func() string {
				return fmt.Sprintf("(%s %s %s)", g.nonConstant(t, depth), g.pick([]string{"<", "<=", ">", ">=", "==", "!="}), g.operand(t, depth))
			})
		}
		for _, t := range []string{"P", "Q", "[3]int", "any", "Namer", "[2]Q"} {
			add(func() string {
				return fmt.Sprintf("(%s %s %s)", g.nonConstant(t, depth), g.pick([]string{"==", "!="}), g.nonConstant(t, depth))
			})
		}
		add(func() string { return fmt.Sprintf("same[%s](%s, %s)", "any", sub("any"), sub("any")) })
		for _, op := range []string{"&&", "||"} {
			add(func() string { return fmt.Sprintf("(%s %s %s)", sub("bool"), op, sub("bool")) })
		}
		add(func() string { return fmt.Sprintf("!%s", g.nonConstant("bool", depth)) })
		add(func() string {
			return fmt.Sprintf("(%s == nil)", g.nonConstant(g.pick([]string{"any", "[]int", "*P", "map[string]int", "func(int) int"}), depth))
		})
		add(func() string {
			return fmt.Sprintf("func(x any) bool { _, ok := x.(%s); return ok }(%s)", g.pick([]string{"int", "P", "*P", "N", "Namer", "[3]int"}), sub("any"))
		})
	case "[]int":
		add(func() string {
			return fmt.Sprintf("append(%s, %s, %s)", g.nonConstant(t, depth), sub("int"), sub("int"))
		})
		add(func() string { return fmt.Sprintf("append(%s, %s...)", g.nonConstant(t, depth), sub(t)) })
		add(func() string {
			return fmt.Sprintf("func(a []int) []int { i := at(%s, len(a)+1); return a[:i] }(%s)", sub("int"), sub(t))
		})
		add(func() string { return fmt.Sprintf("[]int{%s, %s, %s}", sub("int"), sub("int"), sub("int")) })
		add(func() string { return fmt.Sprintf("each(%s, %s)", sub("[]int"), g.nonConstant("func(int) int", depth)) })
		if v, ok := g.variable("[3]int"); ok {
			add(func() string { return v + "[1:]" })
		}
	case "[]string":
		add(func() string { return fmt.Sprintf("append(%s, %s)", g.nonConstant(t, depth), sub("string")) })
		add(func() string { return fmt.Sprintf("[]string{%s, %s}", sub("string"), sub("string")) })
		add(func() string {
			return fmt.Sprintf("each(%s, func(x int) string { return fmt.Sprint(x) })", sub("[]int"))
		})
	case "[3]int":
		add(func() string { return fmt.Sprintf("[3]int{%s, 1: %s}", sub("int"), sub("int")) })
		add(func() string { return fmt.Sprintf("[3]int{2: %s}", sub("int")) })
	case "map[string]int":
		add(func() string { return fmt.Sprintf("map[string]int{\"q\": %s, \"w\": %s}", sub("int"), sub("int")) })
	case "P":
		add(func() string {
			return fmt.Sprintf("P{%s, %s, %s, %s, %s}", sub("Q"), sub("int"), sub("string"), sub("[3]int"), g.pick([]string{"1", `"x"`, "nil", "N(2)"}))
		})
		add(func() string { return fmt.Sprintf("P{s: %s, A: %s}", sub("string"), sub("int")) })
		add(func() string { return fmt.Sprintf("*%s", g.nonConstant("*P", depth)) })
		add(func() string {
			return fmt.Sprintf("func(a []P) P { return a[at(%s, len(a))] }(%s)", sub("int"), sub("[]P"))
		})
	case "*P":
		add(func() string { return fmt.Sprintf("%s.Add(%s)", g.nonConstant(t, depth), sub("int")) })
		if v, ok := g.variable("P"); ok {
			add(func() string { return "&" + v })
		}
		if v, ok := g.variable("[]P"); ok {
			add(func() string { return fmt.Sprintf("&%s[at(%s, len(%s))]", v, sub("int"), v) })
		}
	case "*int":
		if v, ok := g.variable("int"); ok {
			add(func() string { return "&" + v })
		}
		if v, ok := g.variable("P"); ok {
			add(func() string { return fmt.Sprintf("&%s.arr[at(%s, 3)]", v, sub("int")) })
		}
	case "Q":
		add(func() string { return fmt.Sprintf("%s[at(%s, 2)]", g.nonConstant("[2]Q", depth), sub("int")) })
		add(func() string { return fmt.Sprintf("Q{%s, %s}", sub("uint8"), sub("float64")) })
	case "[2]Q":
		add(func() string { return fmt.Sprintf("[2]Q{%s, {X: %s}}", sub("Q"), sub("uint8")) })
	case "[]P":
		add(func() string { return fmt.Sprintf("[]P{%s, {A: %s}}", sub("P"), sub("int")) })
		add(func() string { return fmt.Sprintf("append(%s, %s)", g.nonConstant(t, depth), sub("P")) })
	case "any":
		for range 3 {
			add(func() string {
				return fmt.Sprintf("any(%s)", sub(g.pick([]string{"int", "string", "P", "Q", "N", "[3]int", "uint8", "float64", "Namer", "bool"})))
			})
		}
	case "Namer":
		add(func() string {
			return fmt.Sprintf("Namer(%s)", g.nonConstant(g.pick([]string{"N", "Q", "P", "*P"}), depth))
		})
		add(func() string { return fmt.Sprintf("%s.(Namer)", g.nonConstant("any", depth)) })
	case "func(int) int":
		add(func() string { return g.literal(t) })
	case "func() int":
		add(func() string { return g.literal(t) })
		add(func() string { return g.nonConstant("P", depth) + ".Sum" })
		add(func() string { return g.nonConstant("*P", depth) + ".Bump" })
	}
	for _, f := range g.funcs {
		if len(f.results) == 1 && f.results[0] == t {
			add(func() string {
				var args []string
				for _, p := range f.params {
					args = append(args, g.expr(p, 1))
				}
				return f.name + "(" + strings.Join(args, ", ") + ")"
			})
		}
	}
	if len(all) == 0 {
		return g.simple(t)
	}
	return all[g.n(len(all))]()
}

// inner is the body of a literal without parameters.
func (g *randomProgram) inner(t string) string {
	return g.text(func() {
		g.apart([]string{t}, func() {
			g.nest += 2
			g.block(1)
			g.nest -= 2
			g.emit("return %s", g.expr(t, 1))
		})
	})
}

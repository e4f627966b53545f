package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// pull writes iter.Pull and iter.Pull2: the kernel switches between the two
// sides, and the values pass through variables.
func (f *fn) pull(n *ast.CallExpr, sig *types.Signature) called {
	results := tupleTypes(sig.Results())
	next := results[0].Underlying().(*types.Signature)
	var list []types.Type
	for _, t := range tupleTypes(next.Results())[:next.Results().Len()-1] {
		list = append(list, f.subst(t))
	}
	key := "pull"
	for _, t := range list {
		key += " " + f.l.key(t)
	}
	name := f.l.helper(key, "pull", func(name string) string {
		var targets, values, params, sets, loads, texts []string
		for i, t := range list {
			typ := f.typ(t)
			targets = append(targets, fmt.Sprintf("t%d *%s", i, typ))
			values = append(values, fmt.Sprintf("t%d", i))
			params = append(params, fmt.Sprintf("v%d %s", i, typ))
			sets = append(sets, fmt.Sprintf("*t%d = v%d", i, i))
			loads = append(loads, fmt.Sprintf("v%d := *t%d; *t%d = *new(%s)", i, i, i, typ))
			texts = append(texts, typ)
		}
		join := func(parts []string) string { return strings.Join(parts, ", ") }
		yield := "func(" + join(texts) + ") bool"
		var made, got, zeros []string
		for i, t := range texts {
			made = append(made, fmt.Sprintf("t%d := new(%s)", i, t))
			got = append(got, fmt.Sprintf("v%d", i))
			zeros = append(zeros, fmt.Sprintf("*new(%s)", t))
		}
		var b strings.Builder
		fmt.Fprintf(&b, "func %seach(yield func() bool, %s) %s { return func(%s) bool { %s; return yield() } }\n",
			name, join(targets), yield, join(params), strings.Join(sets, "; "))
		fmt.Fprintf(&b, "func %sbody(seq func(%s), %s) func(func() bool) { return func(yield func() bool) { seq(%seach(yield, %s)) } }\n",
			name, yield, join(targets), name, join(values))
		fmt.Fprintf(&b, "func %snext(next func() bool, %s) func() (%s, bool) { return func() (%s, bool) { if next() { %s; return %s, true }; return %s, false } }\n",
			name, join(targets), join(texts), join(texts), strings.Join(loads, "; "), join(got), join(zeros))
		fmt.Fprintf(&b, "func %s(seq func(%s)) (func() (%s, bool), func()) { %s; next, stop := %s.Coroutine(%sbody(seq, %s)); return %snext(next, %s), stop }\n",
			name, yield, join(texts), strings.Join(made, "; "), rt, name, join(values), name, join(values))
		return b.String()
	})
	args := f.args(n, sig)
	f.line = 0
	return called{text: name + "(" + args[0] + ")", results: results}
}

package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// raw are the compiled functions that look into what they are given as any by
// reflection, and which parameters they do that with.
var raw = map[string][]int{
	"sort.Slice": {0}, "sort.SliceStable": {0}, "sort.SliceIsSorted": {0},
	"encoding/binary.Read": {2}, "encoding/binary.Write": {2}, "encoding/binary.Size": {0}, "encoding/binary.Decode": {2},
	"encoding/binary.Encode": {2}, "encoding/binary.Append": {2},
}

// special writes calls of compiled functions that must see a value's Go type.
func (f *fn) special(n *ast.CallExpr, o *types.Func, sig *types.Signature) (called, bool) {
	if o.Pkg() == nil || o.Pkg() == f.l.pkg {
		return called{}, false
	}
	full := o.Pkg().Path() + "." + o.Name()
	support := o.Pkg().Path() != "errors"
	switch {
	case full == "errors.As":
		return f.errorsAs(n), true
	case full == "errors.AsType":
		t := f.typeArgs(genericName(callee(n)))[0]
		return called{text: f.asType(t) + "(" + f.value(n.Args[0], emptyInterface) + ")", results: []types.Type{t, types.Typ[types.Bool]}}, true
	case full == "iter.Pull" || full == "iter.Pull2":
		return f.pull(n, sig), true
	case o.Pkg().Path() == "reflect":
		f.reflection(n, o)
		return called{}, false
	case o.Pkg().Path() == "encoding/json" && (o.Name() == "Unmarshal" || o.Name() == "Marshal" || o.Name() == "MarshalIndent"):
		args := f.args(n, sig)
		f.line = 0
		return f.l.callCompiled(f.site, rt+".JSON"+o.Name(), sig, args), true
	case o.Pkg().Path() == "encoding/xml" || o.Pkg().Path() == "encoding/gob":
		f.encoding(n, o)
		return called{}, false
	case strings.HasPrefix(full, "viva/mlkit/"):
		return f.display(n, o, sig)
	}
	if at, ok := raw[full]; ok && support {
		return f.rawArguments(n, o, sig, at[0]), true
	}
	return called{}, false
}

func callee(n *ast.CallExpr) ast.Expr {
	switch x := ast.Unparen(n.Fun).(type) {
	case *ast.IndexExpr:
		return x.X
	case *ast.IndexListExpr:
		return x.X
	default:
		return x
	}
}

// rawArguments passes arguments from number at on as they are, without boxes.
func (f *fn) rawArguments(n *ast.CallExpr, o *types.Func, sig *types.Signature, at int) called {
	var args []string
	for i, a := range n.Args {
		if i < at || i > at && !sig.Variadic() {
			args = append(args, f.l.out(f.site, f.value(a, sig.Params().At(i).Type()), sig.Params().At(i).Type()))
			continue
		}
		if n.Ellipsis.IsValid() {
			f.refuse(n, "%s with ... cannot be interpreted", o.Name())
		}
		t := f.typeOf(a)
		if isInterface(t) {
			args = append(args, rt+".Raw("+f.expr(a)+")")
			continue
		}
		args = append(args, f.value(a, t))
	}
	c := called{text: f.l.packageName(o.Pkg().Path()) + "." + o.Name() + "(" + strings.Join(args, ", ") + ")", results: tupleTypes(sig.Results())}
	for _, t := range c.results {
		c.native = append(c.native, f.l.converts(t))
	}
	f.line = 0
	return c
}

// errorsAs looks for an error of the type that the target points to.
func (f *fn) errorsAs(n *ast.CallExpr) called {
	p, ok := f.typeOf(n.Args[1]).Underlying().(*types.Pointer)
	if !ok {
		f.refuse(n, "errors.As with a target that is no pointer cannot be interpreted")
	}
	t := p.Elem()
	name := f.l.helper("errors.As "+f.l.key(t), "errorsAs", func(name string) string {
		typ := f.typ(t)
		return fmt.Sprintf("func %s(err interface{}, target *%s) bool { v, ok := %s(err); if ok { *target = v }; return ok }\n", name, typ, f.asType(t))
	})
	err := f.value(n.Args[0], emptyInterface)
	return called{text: name + "(" + err + ", " + f.expr(n.Args[1]) + ")", results: []types.Type{types.Typ[types.Bool]}}
}

// asType is the function that finds an error of type t in a tree of errors.
func (f *fn) asType(t types.Type) string {
	return f.l.helper("errors.AsType "+f.l.key(t), "asType", func(name string) string {
		typ := f.typ(t)
		is, as := f.l.is(f.site, "e", t), f.l.as(f.site, "e", t)
		try := f.l.fresh("try")
		f.l.top(fmt.Sprintf("func %s(found *%s) func(interface{}) bool { return func(e interface{}) bool { if %s { *found = %s; return true }; return false } }\n", try, typ, is, as))
		return fmt.Sprintf("func %s(err interface{}) (%s, bool) { found := new(%s); ok := %s.ErrorsAs(err, %s(found)); return *found, ok }\n", name, typ, typ, rt, try)
	})
}

// reflection refuses to show package reflect what the lowering has changed.
func (f *fn) reflection(n *ast.CallExpr, o *types.Func) {
	if o.Name() == "DeepEqual" {
		return
	}
	for _, a := range n.Args {
		t := f.typeOf(a)
		if t == nil || f.site.info.Types[a].IsType() || f.l.compiled(t) || f.l.transparent(t) && !isInterface(t) {
			continue
		}
		f.refuse(n, "reflect.%s of a value whose type the interpreter changes (%s)", o.Name(), t)
	}
	if id := genericName(callee(n)); id != nil {
		for _, t := range f.typeArgs(id) {
			if !f.l.transparent(t) {
				f.refuse(n, "reflect.%s of a type that the interpreter changes (%s)", o.Name(), t)
			}
		}
	}
}

// encoding refuses to show an encoder by reflection what the lowering has
// changed.
func (f *fn) encoding(n *ast.CallExpr, o *types.Func) {
	for _, a := range n.Args {
		t := f.typeOf(a)
		if t == nil || f.site.info.Types[a].IsType() || f.l.compiled(t) || f.l.transparent(t) && !isInterface(t) {
			continue
		}
		if isInterface(t) && t.Underlying().(*types.Interface).NumMethods() > 0 {
			continue // a writer or a reader
		}
		f.refuse(n, "%s.%s of a value whose type the interpreter changes (%s)", o.Pkg().Name(), o.Name(), t)
	}
}

// specialMethod is special for methods.
func (f *fn) specialMethod(n *ast.CallExpr, x *ast.SelectorExpr, r receiver) (called, bool) {
	if isInterface(r.typ) || r.method.Pkg() == nil {
		return called{}, false
	}
	sig := f.typeOf(n.Fun).Underlying().(*types.Signature)
	switch name := r.method.FullName(); name {
	case "(*encoding/json.Decoder).Decode":
		return f.coder("DecodeFrom", n, r, sig), true
	case "(*encoding/json.Encoder).Encode":
		return f.coder("EncodeTo", n, r, sig), true
	default:
		switch r.method.Pkg().Path() {
		case "encoding/xml", "encoding/gob":
			f.encoding(n, r.method)
		case "text/template", "html/template":
			return f.template(n, r, sig)
		}
	}
	return called{}, false
}

// coder writes a method of an encoder or a decoder as a function of the
// kernel's.
func (f *fn) coder(name string, n *ast.CallExpr, r receiver, sig *types.Signature) called {
	args := f.args(n, sig)
	f.line = 0
	return called{text: fmt.Sprintf("%s.%s(%s, %s)", rt, name, r.text, args[0]), results: []types.Type{universeError}, native: []bool{true}}
}

// template shows a template plain data. What it would look up in changed types
// is refused: functions, and methods of the data.
func (f *fn) template(n *ast.CallExpr, r receiver, sig *types.Signature) (called, bool) {
	switch r.method.Name() {
	case "Funcs":
		f.refuse(n, "functions of a template cannot be interpreted")
	case "Execute", "ExecuteTemplate":
		t := f.typeOf(n.Args[len(n.Args)-1])
		if isInterface(t) || hasMethods(t, map[types.Type]bool{}) {
			f.refuse(n, "a template of a value with methods (%s) cannot be interpreted", t)
		}
		args := f.args(n, sig)
		last := len(args) - 1
		args[last] = rt + ".Plain(" + args[last] + ")"
		f.line = 0
		return f.l.callMethod(f.site, r, sig, args), true
	}
	return called{}, false
}

// hasMethods reports whether a type, or what it holds, has methods of the
// notebook's.
func hasMethods(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if n, ok := types.Unalias(t).(*types.Named); ok && n.NumMethods() > 0 {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return hasMethods(u.Elem(), seen)
	case *types.Slice:
		return hasMethods(u.Elem(), seen)
	case *types.Array:
		return hasMethods(u.Elem(), seen)
	case *types.Map:
		return hasMethods(u.Key(), seen) || hasMethods(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if hasMethods(f.Type(), seen) {
				return true
			}
		}
	case *types.Interface, *types.Signature:
		return true
	}
	return false
}

// display passes what mlkit's functions are given as any in a form that they
// can look into.
func (f *fn) display(n *ast.CallExpr, o *types.Func, sig *types.Signature) (called, bool) {
	any := false
	for v := range sig.Params().Variables() {
		t := v.Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() {
			t = s.Elem()
		}
		if isInterface(t) && t.Underlying().(*types.Interface).NumMethods() == 0 {
			any = true
		}
	}
	if !any || sig.TypeParams().Len() > 0 {
		return called{}, false
	}
	args := f.args(n, sig)
	for i := range args {
		t := sig.Params().At(i).Type()
		if s, ok := t.(*types.Slice); ok && isInterface(s.Elem()) {
			args[i] = rt + ".ViewableAll(" + args[i] + ")"
		} else if isInterface(t) && t.Underlying().(*types.Interface).NumMethods() == 0 {
			args[i] = rt + ".Viewable(" + args[i] + ")"
		}
	}
	f.line = 0
	return f.l.callCompiled(f.site, f.l.packageName(o.Pkg().Path())+"."+o.Name(), sig, args), true
}

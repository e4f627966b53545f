package lower

import (
	"go/types"
	"strings"
)

// env says what the type parameters of the function that is being lowered
// stand for.
type env struct {
	params []*types.TypeParam
	args   []types.Type
	// key tells the instances of a function apart.
	key string
}

func (l *Lowerer) newEnv(params *types.TypeParamList, args []types.Type) *env {
	if params.Len() == 0 {
		return nil
	}
	e := &env{}
	var keys []string
	for i := range params.Len() {
		e.params = append(e.params, params.At(i))
		e.args = append(e.args, args[i])
		keys = append(keys, l.key(args[i]))
	}
	e.key = strings.Join(keys, ",")
	return e
}

// subst replaces type parameters by what they stand for, and generic types of
// compiled packages by those of the packages' sources.
func (l *Lowerer) subst(t types.Type, e *env) types.Type {
	switch t := t.(type) {
	case nil, *types.Basic:
		return t
	case *types.Alias:
		return l.subst(types.Unalias(t), e)
	case *types.TypeParam:
		if e != nil {
			for i, p := range e.params {
				if p == t {
					return e.args[i]
				}
			}
		}
		return t
	case *types.Named:
		return l.substNamed(t, e)
	case *types.Pointer:
		if el := l.subst(t.Elem(), e); el != t.Elem() {
			return types.NewPointer(el)
		}
	case *types.Slice:
		if el := l.subst(t.Elem(), e); el != t.Elem() {
			return types.NewSlice(el)
		}
	case *types.Array:
		if el := l.subst(t.Elem(), e); el != t.Elem() {
			return types.NewArray(el, t.Len())
		}
	case *types.Chan:
		if el := l.subst(t.Elem(), e); el != t.Elem() {
			return types.NewChan(t.Dir(), el)
		}
	case *types.Map:
		k, v := l.subst(t.Key(), e), l.subst(t.Elem(), e)
		if k != t.Key() || v != t.Elem() {
			return types.NewMap(k, v)
		}
	case *types.Signature:
		p, r := l.substTuple(t.Params(), e), l.substTuple(t.Results(), e)
		if p != t.Params() || r != t.Results() {
			return types.NewSignatureType(nil, nil, nil, p, r, t.Variadic())
		}
	case *types.Tuple:
		return l.substTuple(t, e)
	case *types.Struct:
		return l.substStruct(t, e)
	case *types.Interface:
		return l.substInterface(t, e)
	}
	return t
}

func (l *Lowerer) substTuple(t *types.Tuple, e *env) *types.Tuple {
	changed := false
	var vars []*types.Var
	for i := range t.Len() {
		v := t.At(i)
		s := l.subst(v.Type(), e)
		if s != v.Type() {
			changed = true
			v = types.NewVar(v.Pos(), v.Pkg(), v.Name(), s)
		}
		vars = append(vars, v)
	}
	if !changed {
		return t
	}
	return types.NewTuple(vars...)
}

func (l *Lowerer) substStruct(t *types.Struct, e *env) types.Type {
	changed := false
	var fields []*types.Var
	var tags []string
	for i := range t.NumFields() {
		v := t.Field(i)
		s := l.subst(v.Type(), e)
		if s != v.Type() {
			changed = true
			v = types.NewField(v.Pos(), v.Pkg(), v.Name(), s, v.Embedded())
		}
		fields = append(fields, v)
		tags = append(tags, t.Tag(i))
	}
	if !changed {
		return t
	}
	return types.NewStruct(fields, tags)
}

func (l *Lowerer) substInterface(t *types.Interface, e *env) types.Type {
	if e == nil && !l.anyNormal(t) {
		return t
	}
	changed := false
	var methods []*types.Func
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		s := l.subst(m.Type(), e)
		if s != m.Type() {
			changed = true
			m = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), s.(*types.Signature))
		}
		methods = append(methods, m)
	}
	var embedded []types.Type
	for i := range t.NumEmbeddeds() {
		s := l.subst(t.EmbeddedType(i), e)
		changed = changed || s != t.EmbeddedType(i)
		embedded = append(embedded, s)
	}
	if !changed {
		return t
	}
	n := types.NewInterfaceType(methods, embedded)
	n.Complete()
	return n
}

// anyNormal reports whether an interface's methods may mention generic types
// of compiled packages. Few do, and asking is cheap.
func (l *Lowerer) anyNormal(t *types.Interface) bool {
	found := false
	for i := range t.NumExplicitMethods() {
		sig := t.ExplicitMethod(i).Signature()
		for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
			for v := range tuple.Variables() {
				if n, ok := v.Type().(*types.Named); ok && n.TypeArgs().Len() > 0 {
					found = true
				}
			}
		}
	}
	return found
}

func (l *Lowerer) substNamed(t *types.Named, e *env) types.Type {
	o := t.Obj()
	if t.TypeArgs().Len() == 0 {
		if e == nil || o.Pkg() != l.pkg && l.libraries[pkgPath(o)] == nil || o.Parent() == nil || o.Parent() == o.Pkg().Scope() || o.Parent() == types.Universe {
			return t
		}
		return l.localType(t, e)
	}
	var args []types.Type
	changed := false
	for a := range t.TypeArgs().Types() {
		s := l.subst(a, e)
		changed = changed || s != a
		args = append(args, s)
	}
	origin := t.Origin()
	if o.Pkg() != nil && o.Pkg() != l.pkg {
		if lib := l.library(o.Pkg().Path()); lib != nil && lib.pkg != o.Pkg() {
			if own, ok := lib.pkg.Scope().Lookup(o.Name()).(*types.TypeName); ok {
				origin, changed = own.Type().(*types.Named), true
			}
		}
	}
	if !changed {
		return t
	}
	n, err := types.Instantiate(l.context, origin, args, false)
	if err != nil {
		return t
	}
	return n
}

func pkgPath(o types.Object) string {
	if o.Pkg() == nil {
		return ""
	}
	return o.Pkg().Path()
}

// localType is the type that a generic function declares, in one instance of
// it.
func (l *Lowerer) localType(t *types.Named, e *env) types.Type {
	if e.key == "" {
		return t
	}
	key := l.key(t) + "@" + e.key
	if n := l.locals[key]; n != nil {
		return n
	}
	n := types.NewNamed(types.NewTypeName(t.Obj().Pos(), t.Obj().Pkg(), t.Obj().Name(), nil), nil, nil)
	l.locals[key] = n
	n.SetUnderlying(l.subst(t.Underlying(), e).Underlying())
	return n
}

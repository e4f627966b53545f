package cell

import (
	"errors"
	"fmt"
	"go/types"
	"strings"
)

var errInFunction = errors.New("declared inside a function")

// spell writes a type as lowered code at package level refers to it.
func (l *lowering) spell(t types.Type) (string, error) {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UntypedNil || t.Kind() == types.Invalid {
			return "", fmt.Errorf("it has no type")
		}
		return types.Default(t).String(), nil
	case *types.Alias:
		if t.TypeArgs().Len() > 0 {
			return l.spell(types.Unalias(t))
		}
		return l.named(t.Obj(), nil)
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil && p.Path() == "iter" {
			return l.spell(t.Underlying()) // Seq and Seq2: the interpreter has no name for them
		}
		return l.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return "", fmt.Errorf("its type depends on the type parameter %s", t)
	case *types.Pointer:
		return l.around("*%s", t.Elem())
	case *types.Slice:
		return l.around("[]%s", t.Elem())
	case *types.Array:
		return l.around(fmt.Sprintf("[%d]%%s", t.Len()), t.Elem())
	case *types.Map:
		return l.around("map[%s]%s", t.Key(), t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return l.around("chan<- %s", t.Elem())
		case types.RecvOnly:
			return l.around("<-chan %s", t.Elem())
		}
		return l.around("chan (%s)", t.Elem())
	case *types.Signature:
		s, err := l.signature(t)
		return "func" + s, err
	case *types.Struct:
		return l.structType(t)
	case *types.Interface:
		return l.interfaceType(t)
	}
	return "", fmt.Errorf("its type %s cannot be written", t)
}

func (l *lowering) around(format string, parts ...types.Type) (string, error) {
	texts := make([]any, len(parts))
	for i, p := range parts {
		s, err := l.spell(p)
		if err != nil {
			return "", err
		}
		texts[i] = s
	}
	return fmt.Sprintf(format, texts...), nil
}

func (l *lowering) named(o *types.TypeName, args *types.TypeList) (string, error) {
	name := o.Name()
	switch emitted, ok := l.c.emitted[o]; {
	case o.Pkg() == nil: // error, any, comparable
		return name, nil
	case args.Len() > 0:
		return l.namedInstance(o, args)
	case ok:
		return emitted, nil
	case o.Pkg().Path() == "main" && l.here:
		return name, nil
	case o.Pkg().Path() == "main":
		return "", fmt.Errorf("its type %s is %w", name, errInFunction)
	case !o.Exported():
		return "", fmt.Errorf("its type %s.%s is not exported", o.Pkg().Name(), name)
	}
	return l.packageName(o.Pkg().Path()) + "." + name, nil
}

func (l *lowering) namedInstance(o *types.TypeName, args *types.TypeList) (string, error) {
	t, err := l.template(o)
	if err != nil {
		return "", err
	}
	if t == nil {
		return o.Name(), nil // its declaration was reported
	}
	var list []types.Type
	for a := range args.Types() {
		list = append(list, a)
	}
	return l.instantiate(t, list)
}

func (l *lowering) signature(t *types.Signature) (string, error) {
	var params, results []string
	for i := range t.Params().Len() {
		typ := t.Params().At(i).Type()
		prefix := ""
		if t.Variadic() && i == t.Params().Len()-1 {
			typ, prefix = typ.(*types.Slice).Elem(), "..."
		}
		s, err := l.spell(typ)
		if err != nil {
			return "", err
		}
		params = append(params, prefix+s)
	}
	for r := range t.Results().Variables() {
		s, err := l.spell(r.Type())
		if err != nil {
			return "", err
		}
		results = append(results, s)
	}
	return fmt.Sprintf("(%s) (%s)", strings.Join(params, ", "), strings.Join(results, ", ")), nil
}

// forward is what a function that passes its parameters on is written from.
type forward struct {
	// signature is the type behind func; results its part after "(".
	signature, results string
	// params are named a0, a1 and so on; args pass them on.
	params, args []string
	// ret is "return " if there are results.
	ret string
}

// forwarding spells a function of this signature that passes its parameters
// on.
func (l *lowering) forwarding(sig *types.Signature) (forward, error) {
	text, err := l.signature(sig)
	if err != nil {
		return forward{}, err
	}
	w := forward{signature: text}
	for i := range sig.Params().Len() {
		typ, prefix, suffix := sig.Params().At(i).Type(), "", ""
		if sig.Variadic() && i == sig.Params().Len()-1 {
			typ, prefix, suffix = typ.(*types.Slice).Elem(), "...", "..."
		}
		spelled, err := l.spell(typ)
		if err != nil {
			return forward{}, err
		}
		w.params = append(w.params, fmt.Sprintf("a%d %s%s", i, prefix, spelled))
		w.args = append(w.args, fmt.Sprintf("a%d%s", i, suffix))
	}
	_, w.results, _ = strings.Cut(text, ") (")
	if sig.Results().Len() > 0 {
		w.ret = "return "
	}
	return w, nil
}

func (l *lowering) structType(t *types.Struct) (string, error) {
	var fields []string
	for i := range t.NumFields() {
		f := t.Field(i)
		s, err := l.spell(f.Type())
		if err != nil {
			return "", err
		}
		if !f.Embedded() {
			s = f.Name() + " " + s
		}
		tag := t.Tag(i)
		if tag == "" && !f.Exported() && !f.Embedded() && f.Name() != "_" {
			tag = hidden
		}
		if tag != "" {
			s += fmt.Sprintf(" %q", tag)
		}
		fields = append(fields, s)
	}
	return "struct{" + strings.Join(fields, "; ") + "}", nil
}

func (l *lowering) interfaceType(t *types.Interface) (string, error) {
	if !t.IsMethodSet() {
		return "", fmt.Errorf("its type %s is a constraint", t)
	}
	var methods []string
	for m := range t.Methods() {
		s, err := l.signature(m.Signature())
		if err != nil {
			return "", err
		}
		methods = append(methods, m.Name()+s)
	}
	return "interface{" + strings.Join(methods, "; ") + "}", nil
}

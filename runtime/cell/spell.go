package cell

import (
	"fmt"
	"go/types"
	"strings"
)

// spell writes a type as lowered code at package level refers to it.
func (l *lowering) spell(t types.Type) (string, error) {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UntypedNil || t.Kind() == types.Invalid {
			return "", fmt.Errorf("it has no type")
		}
		return types.Default(t).String(), nil
	case *types.Alias:
		return l.named(t.Obj(), t.TypeArgs())
	case *types.Named:
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
	switch {
	case o.Pkg() == nil: // error, any, comparable
	case o.Pkg().Path() == "main":
		emitted, ok := l.c.emitted[o]
		if !ok {
			return "", fmt.Errorf("its type %s is declared inside a function", name)
		}
		name = emitted
	case !o.Exported():
		return "", fmt.Errorf("its type %s.%s is not exported", o.Pkg().Name(), name)
	default:
		name = l.packageName(o.Pkg().Path()) + "." + name
	}
	if args.Len() == 0 {
		return name, nil
	}
	var texts []string
	for a := range args.Types() {
		s, err := l.spell(a)
		if err != nil {
			return "", err
		}
		texts = append(texts, s)
	}
	return name + "[" + strings.Join(texts, ", ") + "]", nil
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
		if tag := t.Tag(i); tag != "" {
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

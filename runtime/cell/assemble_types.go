package cell

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
)

// spell writes a type as the compiled program refers to it at package level.
func (a *assembler) spell(t types.Type) (string, error) {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UntypedNil || t.Kind() == types.Invalid {
			return "", fmt.Errorf("it has no type")
		}
		if t.Kind() == types.UnsafePointer {
			return a.n.packageName("unsafe") + ".Pointer", nil
		}
		return types.Default(t).String(), nil
	case *types.Alias:
		return a.spellNamed(t.Obj(), t.TypeArgs())
	case *types.Named:
		return a.spellNamed(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return "", fmt.Errorf("its type depends on the type parameter %s", t)
	case *types.Pointer:
		return a.spellAround("*%s", t.Elem())
	case *types.Slice:
		return a.spellAround("[]%s", t.Elem())
	case *types.Array:
		return a.spellAround(fmt.Sprintf("[%d]%%s", t.Len()), t.Elem())
	case *types.Map:
		return a.spellAround("map[%s]%s", t.Key(), t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return a.spellAround("chan<- %s", t.Elem())
		case types.RecvOnly:
			return a.spellAround("<-chan %s", t.Elem())
		}
		return a.spellAround("chan (%s)", t.Elem())
	case *types.Signature:
		s, err := a.spellSignature(t)
		return "func" + s, err
	case *types.Struct:
		return a.spellStruct(t)
	case *types.Interface:
		return a.spellInterface(t)
	}
	return "", fmt.Errorf("its type %s cannot be written", t)
}

func (a *assembler) spellAround(format string, parts ...types.Type) (string, error) {
	texts := make([]any, len(parts))
	for i, p := range parts {
		s, err := a.spell(p)
		if err != nil {
			return "", err
		}
		texts[i] = s
	}
	return fmt.Sprintf(format, texts...), nil
}

func (a *assembler) spellNamed(o *types.TypeName, args *types.TypeList) (string, error) {
	name := o.Name()
	emitted, declared := a.c.emitted[o]
	switch {
	case o.Pkg() == nil: // error, any, comparable
	case declared:
		name = emitted
	case o.Pkg() == a.c.pkg:
		return "", fmt.Errorf("its type %s is declared inside a function", name)
	case !token.IsExported(name):
		return "", fmt.Errorf("its type %s.%s is not exported", o.Pkg().Name(), name)
	default:
		name = a.n.packageName(o.Pkg().Path()) + "." + name
	}
	if args.Len() == 0 {
		return name, nil
	}
	var list []string
	for t := range args.Types() {
		s, err := a.spell(t)
		if err != nil {
			return "", err
		}
		list = append(list, s)
	}
	return name + "[" + strings.Join(list, ", ") + "]", nil
}

func (a *assembler) spellSignature(t *types.Signature) (string, error) {
	var params, results []string
	for i := range t.Params().Len() {
		typ, prefix := t.Params().At(i).Type(), ""
		if t.Variadic() && i == t.Params().Len()-1 {
			typ, prefix = typ.(*types.Slice).Elem(), "..."
		}
		s, err := a.spell(typ)
		if err != nil {
			return "", err
		}
		params = append(params, prefix+s)
	}
	for r := range t.Results().Variables() {
		s, err := a.spell(r.Type())
		if err != nil {
			return "", err
		}
		results = append(results, s)
	}
	return fmt.Sprintf("(%s) (%s)", strings.Join(params, ", "), strings.Join(results, ", ")), nil
}

func (a *assembler) spellStruct(t *types.Struct) (string, error) {
	var fields []string
	for i := range t.NumFields() {
		f := t.Field(i)
		s, err := a.spell(f.Type())
		if err != nil {
			return "", err
		}
		if !f.Embedded() {
			s = f.Name() + " " + s
		}
		if t.Tag(i) != "" {
			s += fmt.Sprintf(" %q", t.Tag(i))
		}
		fields = append(fields, s)
	}
	return "struct{" + strings.Join(fields, "; ") + "}", nil
}

func (a *assembler) spellInterface(t *types.Interface) (string, error) {
	if !t.IsMethodSet() {
		return "", fmt.Errorf("its type %s is a constraint", t)
	}
	var methods []string
	for m := range t.Methods() {
		s, err := a.spellSignature(m.Signature())
		if err != nil {
			return "", err
		}
		methods = append(methods, m.Name()+s)
	}
	return "interface{" + strings.Join(methods, "; ") + "}", nil
}

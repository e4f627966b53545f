package symbols

import (
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// The checker must know exactly what the interpreter has: a name that only one
// of them knows would pass the check and fail at run time, or the reverse.
func TestTablesAndTypesAgree(t *testing.T) {
	im := NewImporter()
	for path := range Packages() {
		p, err := im.Import(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		table := Table(path)
		if table == nil {
			t.Errorf("%s has types but no table", path)
			continue
		}
		for symbol := range table {
			if !strings.HasPrefix(symbol, "_") && p.Scope().Lookup(symbol) == nil {
				t.Errorf("%s.%s is in the table only", path, symbol)
			}
		}
		for _, symbol := range p.Scope().Names() {
			if _, ok := table[symbol]; ok || !token.IsExported(symbol) {
				continue
			}
			// Generics and constraints have no compiled form.
			o := p.Scope().Lookup(symbol)
			generic := false
			switch typ := o.Type().(type) {
			case *types.Signature:
				generic = typ.TypeParams().Len() > 0
			case *types.Named:
				generic = typ.TypeParams().Len() > 0
			case *types.Alias:
				generic = typ.TypeParams().Len() > 0
			}
			if i, ok := o.Type().Underlying().(*types.Interface); ok && !i.IsMethodSet() {
				generic = true
			}
			if !generic {
				t.Errorf("%s.%s has a type but is not in the table", path, symbol)
			}
		}
	}
	for path := range tables {
		if Packages()[path] == "" {
			t.Errorf("%s has a table but no types", path)
		}
	}
}

// Types read through one importer are identical wherever they are mentioned.
func TestTypesAreSharedBetweenPackages(t *testing.T) {
	im := NewImporter()
	lookup := func(path, name string) types.Object {
		p, err := im.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		return p.Scope().Lookup(name)
	}
	open := lookup("viva/mlkit/data", "Open").Type().(*types.Signature)
	if ctx := lookup("context", "Context").Type(); !types.Identical(open.Params().At(0).Type(), ctx) {
		t.Error("data.Open takes another context.Context than package context has")
	}
	chart := lookup("viva/mlkit/chart", "Bar").Type().(*types.Signature)
	if figure := lookup("viva/mlkit/view", "Figure").Type(); !types.Identical(chart.Results().At(0).Type(), figure) {
		t.Error("chart.Bar gives another view.Figure than package view has")
	}
}

func TestUnknownPackage(t *testing.T) {
	if _, err := NewImporter().Import("net/http"); err == nil || !strings.Contains(err.Error(), "not available in cells") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		im := NewImporter()
		for _, p := range []string{"fmt", "strings", "viva/mlkit/data", "viva/mlkit/classify", "viva/mlkit/chart"} {
			if _, err := im.Import(p); err != nil {
				b.Fatal(err)
			}
		}
	}
}

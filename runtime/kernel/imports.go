package kernel

import (
	"maps"
	"reflect"

	"viva/runtime/cell"
	"viva/runtime/dynamic"
	"viva/runtime/kernel/child"
	"viva/runtime/lower"
	"viva/runtime/symbols"
)

// use gives the interpreter the symbols of a package that code is about to
// import, once. Those of all packages would take longer than most notebooks.
func (c *interpreter) use(im cell.Import) error {
	if c.used[im.Path] {
		return nil
	}
	c.used[im.Path] = true
	table := c.symbols(im.Path)
	if table == nil {
		return nil
	}
	return c.interp.Use(map[string]map[string]reflect.Value{im.Path + "/" + im.Name: table})
}

// symbols is the table of a package, with functions of the kernel's own in the
// place of those that would end the process, print past it or draw without the
// notebook's seed.
func (c *interpreter) symbols(path string) map[string]reflect.Value {
	switch path {
	case lower.Fmt:
		table := maps.Clone(symbols.Table("fmt"))
		maps.Copy(table, dynamic.Fmt())
		maps.Copy(table, dynamic.Scan())
		return table
	case "os":
		table := maps.Clone(symbols.Table(path))
		table["Exit"] = reflect.ValueOf(child.Exit)
		return table
	case "log":
		table := maps.Clone(symbols.Table(path))
		table["Fatal"], table["Fatalf"], table["Fatalln"] = reflect.ValueOf(child.Fatal), reflect.ValueOf(child.Fatalf), reflect.ValueOf(child.Fatalln)
		return table
	case "math/rand":
		generator, _ := child.Generators(c.seed)
		return seeded(symbols.Table(path), generator)
	case "math/rand/v2":
		_, generator := child.Generators(c.seed)
		return seeded(symbols.Table(path), generator)
	}
	return symbols.Table(path)
}

// seeded is a table in which the functions that draw at random are methods of
// the generator.
func seeded(table map[string]reflect.Value, generator any) map[string]reflect.Value {
	table = maps.Clone(table)
	methods := reflect.ValueOf(generator)
	for i := range methods.NumMethod() {
		name := methods.Type().Method(i).Name
		if f, ok := table[name]; ok && f.Kind() == reflect.Func {
			table[name] = methods.Method(i)
		}
	}
	return table
}
